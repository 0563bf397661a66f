import { type Brand, brandOf } from "../../../platform/brand/brand.ts";
import type { Settings } from "../../../platform/config/settings.ts";

/** The service that sends a mail: how it presents itself, and its pages that mails link to. */
export interface Sender {
  readonly brand: Brand;
  /** The URL of the logo, or null. It is the same in every mail, so that it shows no sender who opened one. */
  readonly logoUrl: string | null;
  /** The page that requests a new password. */
  readonly resetUrl: string;
}

/** The sender of all mails. Its URLs begin with `PUBLIC_URL`, whatever host a request named. */
export function senderOf(settings: Settings): Sender {
  const brand = brandOf(settings);
  const { publicUrl } = settings;
  return {
    brand,
    logoUrl: brand.logoPath === null ? null : `${publicUrl}${brand.logoPath}`,
    resetUrl: `${publicUrl}/reset-password`,
  };
}

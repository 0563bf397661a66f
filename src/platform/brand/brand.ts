import type { Settings } from "../config/settings.ts";
import { type Palette, paletteOf } from "./palette.ts";

/** How pages and mails present this service. */
export interface Brand {
  readonly name: string;
  readonly palette: Palette;
  /** The path of the logo with its version, or null without `BRAND_LOGO`. */
  readonly logoPath: string | null;
  /** The application that users come for, or null. */
  readonly appUrl: string | null;
  readonly supportEmail: string | null;
}

const brands = new WeakMap<BrandSettings, Brand>();

/** The settings of the brand. */
export type BrandSettings = Pick<
  Settings,
  "brandName" | "brandColor" | "brandLogo" | "appUrl" | "supportEmail"
>;

/** The brand of these settings. It is created once. */
export function brandOf(settings: BrandSettings): Brand {
  const known = brands.get(settings);
  if (known) return known;
  const { brandName, brandColor, brandLogo, appUrl, supportEmail } = settings;
  const brand = {
    name: brandName,
    palette: paletteOf(brandColor),
    logoPath: brandLogo === null ? null : `/brand/logo?v=${brandLogo.version}`,
    appUrl,
    supportEmail,
  };
  brands.set(settings, brand);
  return brand;
}

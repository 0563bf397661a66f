import type { Sender } from "../../src/features/mail/templates/sender.ts";
import { brandFor } from "./page-catalogue.ts";

/** The sender of mails of a service that has this name, and no logo. */
export function senderFor(
  serviceName = "Acme Notes",
  given: {
    readonly appUrl?: string;
    readonly supportEmail?: string;
    readonly logoUrl?: string;
  } = {},
): Sender {
  const { logoUrl = null, ...ofBrand } = given;
  return {
    brand: brandFor({ serviceName, ...ofBrand }),
    logoUrl,
    resetUrl: "http://localhost:8000/reset-password",
  };
}

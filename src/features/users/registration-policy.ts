import { AppError } from "../../kernel/errors.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { administersUsers } from "./administers-users.ts";

/** Refuses every registration unless `REGISTRATION=open`. Throws `REGISTRATION_CLOSED`. */
export function assertRegistrationOpen({ settings }: Platform): void {
  if (settings.registration === "open") return;
  const isByInvitation = settings.registration === "invite";
  throw new AppError(
    "REGISTRATION_CLOSED",
    isByInvitation ? "Registration is by invitation." : "Registration is closed.",
  );
}

/**
 * Refuses an address in canonical form whose domain is not one of `ALLOWED_EMAIL_DOMAINS`, whether an account has it or not. Users
 * who administer users may use any address. Throws `REGISTRATION_CLOSED`.
 */
export function assertDomainAllowed(ctx: Context, email: string, field = "email"): void {
  const { allowedEmailDomains } = ctx.settings;
  if (allowedEmailDomains.length === 0 || administersUsers(ctx.actor)) return;
  if (allowedEmailDomains.includes(email.slice(email.lastIndexOf("@") + 1))) return;
  throw new AppError("REGISTRATION_CLOSED", "E-mail addresses of this domain are not accepted.", {
    faults: [{ field, issue: "Is not in an accepted domain." }],
  });
}

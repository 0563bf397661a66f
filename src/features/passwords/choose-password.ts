import { AppError } from "../../kernel/errors.ts";
import type { Platform } from "../../platform/platform.ts";
import { normalizePassword, passwordFaults } from "./policy.ts";

/** A password that somebody chose, with what is known of her. */
export interface ChosenPassword {
  readonly password: string;
  /** When given, must be the same. */
  readonly confirmation?: string | undefined;
  readonly username: string | null;
  readonly email: string;
  /** What the password is called in the faults; its confirmation is `<field>_confirmation`. */
  readonly field?: "password" | "new_password";
}

/**
 * Checks a chosen password against the policy and hashes it. On every path that sets a password this is the way. Throws
 * `PASSWORD_MISMATCH`, `WEAK_PASSWORD`, `OVERLOADED`. Call it outside any transaction: it takes long.
 */
export async function hashChosenPassword(ctx: Platform, chosen: ChosenPassword): Promise<string> {
  const { settings } = ctx;
  const { field = "password" } = chosen;
  if (chosen.confirmation !== undefined && chosen.confirmation !== chosen.password) {
    throw new AppError("PASSWORD_MISMATCH", "The password confirmation does not match.", {
      faults: [{ field: `${field}_confirmation`, issue: "Passwords do not match." }],
    });
  }
  const faults = passwordFaults(
    chosen.password,
    { minLength: settings.passwordMinLength, require: new Set(settings.passwordRequire) },
    { serviceName: settings.serviceName, username: chosen.username, email: chosen.email },
  );
  if (faults.length > 0) {
    throw new AppError("WEAK_PASSWORD", "The password does not meet the requirements.", {
      faults: faults.map((issue) => ({ field, issue })),
    });
  }
  return ctx.hasher.hash(normalizePassword(chosen.password));
}

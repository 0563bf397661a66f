import { AppError } from "../../kernel/errors.ts";
import { admissionOf } from "../../platform/password-hasher/admission.ts";
import type { Context } from "../../platform/platform.ts";
import { WeakPasswordError } from "./errors.ts";
import { findPasswordFaults, normalizePassword } from "./policy.ts";

/** A new password, and the account that it is for. */
export interface ChosenPassword {
  readonly password: string;
  /** If sent, it must be the same as `password`. */
  readonly confirmation?: string | undefined;
  readonly username: string | null;
  readonly email: string;
  /** Called for a password that the policy accepts, such as for a limit. */
  readonly beforeHashing?: () => Promise<void>;
  /** The name of the password's field in error responses; that of the confirmation is `<field>_confirmation`. */
  readonly field?: "password" | "new_password";
}

/**
 * Checks a new password against the policy and hashes it. Every operation that sets a password calls it. Throws
 * `PASSWORD_MISMATCH`, `WEAK_PASSWORD`, `OVERLOADED`. Call it outside any transaction: hashing is slow.
 */
export async function hashChosenPassword(ctx: Context, chosen: ChosenPassword): Promise<string> {
  const { settings } = ctx;
  const { field = "password" } = chosen;
  if (chosen.confirmation !== undefined && chosen.confirmation !== chosen.password) {
    throw new AppError("PASSWORD_MISMATCH", "The password confirmation does not match.", {
      faults: [{ field: `${field}_confirmation`, issue: "Passwords do not match." }],
    });
  }
  const faults = findPasswordFaults(
    chosen.password,
    { minLength: settings.passwordMinLength, require: new Set(settings.passwordRequire) },
    {
      serviceNames: [settings.serviceName, settings.brandName],
      username: chosen.username,
      email: chosen.email,
    },
  );
  if (faults.length > 0) throw new WeakPasswordError(field, faults);
  const admission = admissionOf(ctx, chosen.email);
  ctx.hasher.assertPlace(admission);
  await chosen.beforeHashing?.();
  return ctx.hasher.hash(normalizePassword(chosen.password), admission);
}

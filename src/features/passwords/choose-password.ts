import { admissionOf } from "../../platform/password-hasher/admission.ts";
import type { Context } from "../../platform/platform.ts";
import { isBreached } from "./breached-passwords.ts";
import { PasswordMismatchError, WeakPasswordError } from "./errors.ts";
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
 * Checks a new password against the policy and the list of breached passwords, and hashes it. Every operation that sets a
 * password calls it. Throws `PASSWORD_MISMATCH`, `WEAK_PASSWORD`, `OVERLOADED`. Call it outside any transaction: hashing is slow.
 */
export async function hashChosenPassword(ctx: Context, chosen: ChosenPassword): Promise<string> {
  assertChosenPassword(ctx, chosen);
  const admission = admissionOf(ctx, chosen.email);
  ctx.hasher.assertPlace(admission);
  await chosen.beforeHashing?.();
  if (await isBreached(ctx, chosen.password)) {
    throw new WeakPasswordError(chosen.field ?? "password", [{ code: "breached" }]);
  }
  return ctx.hasher.hash(normalizePassword(chosen.password), admission);
}

/**
 * Checks a new password and its confirmation, and hashes nothing. Throws `PASSWORD_MISMATCH`, which has the faults of the
 * password as well, and `WEAK_PASSWORD`.
 */
export function assertChosenPassword(
  { settings }: Pick<Context, "settings">,
  { password, confirmation, username, email, field = "password" }: ChosenPassword,
): void {
  const faults = findPasswordFaults(
    password,
    { minLength: settings.passwordMinLength, require: new Set(settings.passwordRequire) },
    { serviceNames: [settings.serviceName, settings.brandName], username, email },
  );
  if (confirmation !== undefined && confirmation !== password) {
    throw new PasswordMismatchError(field, faults);
  }
  if (faults.length > 0) throw new WeakPasswordError(field, faults);
}

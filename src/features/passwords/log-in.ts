import { AppError } from "../../kernel/errors.ts";
import { isStorableText } from "../../platform/http/text-schema.ts";
import type { Context } from "../../platform/platform.ts";
import {
  assertMayAttempt,
  beginPasswordAttempt,
  completeSignIn,
  invalidCredentials,
  type ProvenIdentity,
  recordFailedAttempt,
} from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { canonicalEmail, lowerAscii } from "../users/index.ts";
import { isPossiblePassword, normalizePassword } from "./policy.ts";
import { findUserEvenDisabled, type UserIdentifier } from "./queries.ts";
import { renewHash } from "./renew-hash.ts";

/** The user who is claimed, and the password that is to prove it. */
export interface Credentials {
  readonly identifier: UserIdentifier;
  readonly password: string;
}

/** Signs in with a password. Throws `INVALID_CREDENTIALS`, `EMAIL_NOT_VERIFIED`, `RATE_LIMITED`, `OVERLOADED`. */
export async function logIn(ctx: Context, credentials: Credentials): Promise<TokenResponse> {
  return completeSignIn(ctx, await verifyCredentials(ctx, credentials));
}

/**
 * The user whom the credentials prove. If the account is unknown, disabled or without a password, or the password is wrong: the
 * same queries, the same hashing, the same response; only the audit log has the reason. Throws `INVALID_CREDENTIALS`,
 * `RATE_LIMITED`, `OVERLOADED`.
 */
export async function verifyCredentials(
  ctx: Context,
  credentials: Credentials,
): Promise<ProvenIdentity> {
  const { identifier, password } = credentials;
  assertMayAttempt(ctx);
  const found = await findUserEvenDisabled(ctx.db, identifier);
  const userId = found?.id ?? null;
  const attempt = await beginPasswordAttempt(ctx, {
    name: found?.email ?? nameOf(identifier),
    userId,
  });
  const failure = { action: "user.login", userId } as const;
  if (attempt.isThrottled) {
    await recordFailedAttempt(ctx, attempt, { ...failure, reason: "throttled" });
    throw invalidCredentials();
  }
  const storedHash = found?.disabledAt === null ? found.passwordHash : null;
  const candidate = isPossiblePassword(password) ? normalizePassword(password) : "";
  const isRight = await ctx.hasher.verify(candidate, storedHash, password);
  if (!found || storedHash === null || !isRight) {
    await recordFailedAttempt(ctx, attempt, { ...failure, reason: reasonOf(found) });
    throw invalidCredentials();
  }
  const { passwordHash: _hash, credentialsVersion, disabledAt: _disabledAt, ...user } = found;
  await renewHash(ctx, { userId: user.id, password: candidate, passwordHash: storedHash });
  return { user, amr: ["pwd"], credentialsVersion, attempt };
}

/** A deleted account is unknown here: its address is free, and another account may have it. */
function reasonOf(
  found: { disabledAt: Date | null; passwordHash: string | null } | null,
): "unknown_account" | "disabled" | "no_password" | "wrong_password" {
  if (!found) return "unknown_account";
  if (found.disabledAt !== null) return "disabled";
  return found.passwordHash === null ? "no_password" : "wrong_password";
}

/** How failures are counted for an account that does not exist. */
function nameOf(identifier: UserIdentifier): string {
  if ("email" in identifier) return identifier.email;
  return "username" in identifier ? `username ${lowerAscii(identifier.username)}` : identifier.id;
}

/**
 * The identifier in a field for both: an address if it has an `@`, otherwise a username. Throws `INVALID_EMAIL`, and
 * `VALIDATION_ERROR` for a string that the database cannot store.
 */
export function parseIdentifier(text: string): UserIdentifier {
  if (text.includes("@")) return { email: canonicalEmail(text, "username") };
  if (isStorableText(text)) return { username: text };
  throw new AppError("VALIDATION_ERROR", "This is not a username.", {
    faults: [{ field: "username", issue: "Does not have the right form." }],
  });
}

import { AppError } from "../../kernel/errors.ts";
import { isStorableText } from "../../platform/http/text-schema.ts";
import { admissionOf } from "../../platform/password-hasher/admission.ts";
import type { Context } from "../../platform/platform.ts";
import {
  assertMayAttempt,
  attemptPassword,
  completeSignIn,
  countSignIn,
  invalidCredentials,
  type ProvenIdentity,
  recordFailedAttempt,
} from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { canonicalEmail, lowerAscii } from "../users/index.ts";
import { isPossiblePassword, normalizePassword } from "./policy.ts";
import { findUserEvenDisabled, type UserIdentifier } from "./queries.ts";
import { renewHash } from "./renew-hash.ts";

/** As long as an address may be (RFC 5321 §4.5.3.1.3). */
const longestIdentifier = 254;

/** The user who is claimed, and the password that is to prove it. */
export interface Credentials {
  readonly identifier: UserIdentifier;
  readonly password: string;
}

/** Signs in with a password. Throws `INVALID_CREDENTIALS`, `EMAIL_NOT_VERIFIED`, `RATE_LIMITED`, `OVERLOADED`. */
export function logIn(ctx: Context, credentials: Credentials): Promise<TokenResponse> {
  return countSignIn(ctx, "password", async () =>
    completeSignIn(ctx, await verifyCredentials(ctx, credentials)),
  );
}

/**
 * The user whom the credentials prove. If the account is unknown, disabled or without a password, or the password is wrong: the
 * same queries, the same hashing, the same response; only the audit log has the reason. Throws `INVALID_CREDENTIALS`,
 * `RATE_LIMITED`, `OVERLOADED`.
 */
async function verifyCredentials(ctx: Context, credentials: Credentials): Promise<ProvenIdentity> {
  const { identifier, password } = credentials;
  assertMayAttempt(ctx);
  const admission = admissionOf(ctx, accountOf(identifier));
  ctx.hasher.assertPlace(admission);
  const found = await findUserEvenDisabled(ctx.db, identifier);
  const storedHash = found?.disabledAt === null ? found.passwordHash : null;
  const candidate = isPossiblePassword(password) ? normalizePassword(password) : "";
  const userId = found?.id ?? null;
  const attempt = await attemptPassword(ctx, admission, {
    account: found?.email ?? accountOf(identifier),
    user: found && { userId: found.id, credentialsVersion: found.credentialsVersion },
    password: candidate,
    typed: password,
    storedHash,
  });
  if (!found || storedHash === null || attempt.outcome !== "right") {
    const reason = attempt.outcome === "throttled" ? "throttled" : reasonOf(found);
    await recordFailedAttempt(ctx, attempt, { action: "user.login", userId, reason });
    throw invalidCredentials();
  }
  const { passwordHash: _hash, credentialsVersion, disabledAt: _disabledAt, ...rest } = found;
  const { hasSecondFactor, ...user } = rest;
  const proven = { userId: user.id, password: candidate, passwordHash: storedHash };
  await renewHash(ctx, proven, admission);
  return { user, amr: ["pwd"], credentialsVersion, hasSecondFactor, attempt };
}

/** The account that an identifier names, known or not, in the form in which it is searched for. */
function accountOf(identifier: UserIdentifier): string {
  if ("id" in identifier) return identifier.id;
  return "email" in identifier ? identifier.email : `username ${lowerAscii(identifier.username)}`;
}

/** A deleted account is unknown here: its address is free, and another account may have it. */
function reasonOf(
  found: { disabledAt: Date | null; passwordHash: string | null } | null,
): "unknown_account" | "disabled" | "no_password" | "wrong_password" {
  if (!found) return "unknown_account";
  if (found.disabledAt !== null) return "disabled";
  return found.passwordHash === null ? "no_password" : "wrong_password";
}

/**
 * The identifier in a field for both: an address if it has an `@`, otherwise a username. Throws `INVALID_EMAIL`, and
 * `VALIDATION_ERROR` for a string that the database cannot store.
 */
export function parseIdentifier(text: string): UserIdentifier {
  if (text.includes("@")) return { email: canonicalEmail(text, "username") };
  if (isStorableText(text) && text.length <= longestIdentifier) return { username: text };
  throw new AppError("VALIDATION_ERROR", "This is not a username.", {
    faults: [{ field: "username", issue: "Does not have the right form." }],
  });
}

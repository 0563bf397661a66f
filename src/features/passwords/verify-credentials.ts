import { AppError } from "../../kernel/errors.ts";
import { isStorableText } from "../../platform/http/text-schema.ts";
import type { Context } from "../../platform/platform.ts";
import { writeAudit } from "../audit/index.ts";
import { invalidCredentials, type ProvenIdentity } from "../sign-in/index.ts";
import { findUserWithPassword, type UserIdentifier } from "./queries.ts";
import { canonicalEmail } from "../users/index.ts";
import { isPossiblePassword, normalizePassword } from "./policy.ts";
import { renewHash } from "./renew-hash.ts";

/** Who says she is whom, and the password that is to prove it. */
export interface Credentials {
  readonly identifier: UserIdentifier;
  readonly password: string;
}

/**
 * The user whom the credentials prove. Whether the account is unknown, deleted or without a password, or the password
 * wrong: the same queries, the same hashing, the same answer. Throws `INVALID_CREDENTIALS`, `OVERLOADED`.
 */
export async function verifyCredentials(
  ctx: Context,
  credentials: Credentials,
): Promise<ProvenIdentity> {
  const { identifier, password } = credentials;
  const found = await findUserWithPassword(ctx.db, identifier);
  const candidate = isPossiblePassword(password) ? normalizePassword(password) : "";
  const isRight = await ctx.hasher.verify(candidate, found?.passwordHash ?? null, password);
  if (!found || found.passwordHash === null || !isRight) {
    await writeAudit(ctx, { action: "user.login", result: "failure", userId: found?.id ?? null });
    throw invalidCredentials();
  }
  const { passwordHash, credentialsVersion, ...user } = found;
  await renewHash(ctx, { userId: user.id, password: candidate, passwordHash });
  return { user, amr: ["pwd"], credentialsVersion };
}

/**
 * An identifier as people type it in one field: an address if it has an `@`, a username if not. Throws `INVALID_EMAIL`,
 * and `VALIDATION_ERROR` for a text that no database can look for.
 */
export function parseIdentifier(text: string): UserIdentifier {
  if (text.includes("@")) return { email: canonicalEmail(text, "username") };
  if (isStorableText(text)) return { username: text };
  throw new AppError("VALIDATION_ERROR", "This is not a username.", {
    faults: [{ field: "username", issue: "Does not have the right form." }],
  });
}

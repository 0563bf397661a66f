import type { Context } from "../../platform/platform.ts";
import { writeAudit } from "../audit/index.ts";
import { invalidCredentials, type ProvenIdentity } from "../sign-in/index.ts";
import {
  canonicalEmail,
  findCanonicalEmail,
  findUserWithPassword,
  type UserIdentifier,
} from "../users/index.ts";
import { normalizePassword } from "./policy.ts";

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
  { identifier, password }: Credentials,
): Promise<ProvenIdentity> {
  const found = await findUserWithPassword(ctx.db, identifier);
  const candidate = isPossiblePassword(password) ? normalizePassword(password) : "";
  const isRight = await ctx.hasher.verify(candidate, found?.passwordHash ?? null);
  if (!found || found.passwordHash === null || !isRight) {
    await writeAudit(ctx, { action: "user.login", result: "failure", userId: found?.id ?? null });
    throw invalidCredentials();
  }
  const { passwordHash, ...user } = found;
  return { user, amr: ["pwd"], passwordHash };
}

/** An identifier as people type it in one field: an address if it has an `@`, a username if not. */
export function parseIdentifier(text: string): UserIdentifier {
  const email = findCanonicalEmail(text);
  if (email !== null) return { email };
  return text.includes("@") ? { email: canonicalEmail(text) } : { username: text };
}

/** What no password can be (see the policy) is never compared: bcrypt would take some of it for another. */
function isPossiblePassword(password: string): boolean {
  return password.isWellFormed() && !/\p{Cc}/u.test(password);
}

import { and, eq, isNull, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import type { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import { mailLinkAndCode } from "../email-challenges/index.ts";
import { recordEvent } from "../events/index.ts";
import { recipientLimits, spend } from "../limits/index.ts";
import { queueMail } from "../mail/index.ts";
import { duplicate, endReservation, firstCredentialsVersion, users } from "../users/index.ts";

/** A new account. The address is in canonical form. */
export interface NewAccount {
  readonly id: string;
  readonly email: string;
  readonly username: string | null;
  /** The username that the account gets once its address is verified, if no other account has it then. */
  readonly wantedUsername?: string | null;
  readonly name: string | null;
  /** Null for an account without a password. */
  readonly passwordHash: string | null;
}

/** Creates the account and mails a link and a code to verify its address. Gives the reason if nothing was written. */
export async function createAccount(ctx: Context, account: NewAccount): Promise<AppError | null> {
  const now = ctx.clock.now();
  const { id: userId, email } = account;
  const credentialsVersion = firstCredentialsVersion;
  const query = ctx.db
    .insert(users)
    .values({ ...account, credentialsVersion, createdAt: now, updatedAt: now })
    .returning({ id: users.id });
  const { token, challenge, mail } = mailLinkAndCode(
    ctx,
    { userId, credentialsVersion, email },
    { kind: "verify-email", linkTtlSeconds: ctx.settings.verifyEmailTtlSeconds },
  );
  const expiresAt = addSeconds(now, ctx.settings.verifyEmailTtlSeconds);
  const secrets = ctx.settings.eventsIncludeTokens
    ? { values: { email_verification_token: token }, expiresAt }
    : undefined;
  try {
    await commit(ctx, { query }, () => [
      ...(account.username === null ? [] : [endReservation(ctx, account.username)]),
      challenge,
      mail,
      recordAudit(ctx, { action: "user.registered", result: "success", userId }),
      ...recordEvent(ctx, "user.registered", { user_id: userId, email }, secrets),
    ]);
    return null;
  } catch (error) {
    const refusal = duplicate(error);
    if (refusal === null) throw error;
    return refusal;
  }
}

/**
 * Creates an account, or, if its address has one already, mails the owner of that one. A username would tell the two cases
 * apart, since only an account can have it: until the address is verified it is only wanted, and reserves nothing.
 */
export async function createConcealedAccount(ctx: Context, account: NewAccount): Promise<void> {
  const { email, username } = account;
  const refusal = await createAccount(ctx, {
    ...account,
    username: null,
    wantedUsername: username,
  });
  if (refusal === null) return;

  const owner = ctx.db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(sql`lower(${users.email})`, email), isNull(users.deletedAt)));
  const { isWithin } = await spend(
    ctx,
    recipientLimits("account-exists").map((limit) => ({ limit, source: email })),
  );
  const content = { kind: "account-exists" } as const;
  const [row] = await commit(ctx, { query: owner }, ({ id: userId }) =>
    isWithin ? [queueMail(ctx, { userId, to: email, content })] : [],
  );
  if (row) recordFailedRegistration(ctx, refusal);
  // The owner has left since, and the address is free.
  else await createConcealedAccount(ctx, account);
}

/** Records a registration that created no account. */
export function recordFailedRegistration(ctx: Context, refusal: AppError): void {
  const detail = { reason: refusal.code };
  recordFailure(ctx, { action: "user.registered", userId: null, detail });
}

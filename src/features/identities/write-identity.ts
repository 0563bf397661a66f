import { and, eq, not, sql, type SQLWrapper } from "drizzle-orm";

import { deleteRows, type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { type ReceivedTokens, sealTokens } from "./kept-tokens.ts";
import { hasKey, type IdentityKey, identityRecordColumns } from "./queries.ts";
import { identities } from "./table.ts";

/** What a provider says about an identity at a sign-in or a link. */
export interface PresentedIdentity {
  readonly key: IdentityKey;
  /** The address at the provider in canonical form. */
  readonly email: string | null;
  /** Null if the provider's tokens are not at hand. */
  readonly tokens: ReceivedTokens | null;
}

const linked = { table: identities, kind: "change", rows: "the linked identity" } as const;

/**
 * The change that links an identity to the user of `owner`: a query with the columns `user_id` and `credentials_version` that
 * gives a row, and locks the user, while the link is allowed. Gives no row if `owner` gives none, or the identity belongs to a
 * user. One of a deleted user, or a void one, moves, with a new id.
 */
export function insertIdentity(
  ctx: Context,
  { key, email, tokens }: PresentedIdentity,
  owner: SQLWrapper,
) {
  const now = ctx.clock.now();
  const id = ctx.random.id(now);
  const time = sql<Date>`${sql.param(now, identities.createdAt)}::timestamptz`;
  const text = (value: string | null) => sql<string>`${value}::text`;
  const values = ctx.db
    .select({
      id: sql<string>`${id}::uuid`.as("id"),
      userId: sql<string>`"owner"."user_id"`.as("user_id"),
      provider: text(key.provider).as("provider"),
      issuer: text(key.issuer).as("issuer"),
      subject: text(key.subject).as("subject"),
      email: text(email).as("email"),
      credentialsVersion: sql<number>`"owner"."credentials_version"`.as("credentials_version"),
      createdAt: time.as("created_at"),
      lastUsedAt: time.as("last_used_at"),
      sealedTokens: text(sealTokens(ctx, id, tokens)).as("sealed_tokens"),
    })
    .from(sql`(${owner}) as "owner"`);
  const query = ctx.db
    .insert(identities)
    .select(values)
    .onConflictDoUpdate({
      target: [identities.provider, identities.issuer, identities.subject],
      set: {
        id: sql`excluded.id`,
        userId: sql`excluded.user_id`,
        email: sql`excluded.email`,
        credentialsVersion: sql`excluded.credentials_version`,
        createdAt: sql`excluded.created_at`,
        lastUsedAt: sql`excluded.last_used_at`,
        sealedTokens: sql`excluded.sealed_tokens`,
      },
      // Not "has no user": the user of an identity that has just moved is not visible to this statement.
      setWhere: sql`exists (select from ${users} where ${users.id} = ${identities.userId}
        and (${users.deletedAt} is not null or ${identities.credentialsVersion} < ${users.identitiesVersion}))`,
    })
    .returning({ ...identityRecordColumns, userId: identities.userId });
  return { query, writes: linked };
}

/**
 * The change that writes the use of a user's identity. Gives no row if `owner`, as above, gives none, or the identity is not that
 * user's any more.
 */
export function updateIdentity(
  ctx: Context,
  { key, email, tokens }: PresentedIdentity,
  id: string,
  owner: SQLWrapper,
) {
  const query = ctx.db
    .update(identities)
    .set({
      email,
      lastUsedAt: ctx.clock.now(),
      ...tokensAfterUse(ctx, id, tokens),
    })
    .from(sql`(${owner}) as "owner"`)
    .where(and(eq(identities.id, id), hasKey(key), sql`${identities.userId} = "owner"."user_id"`))
    .returning({ ...identityRecordColumns, userId: identities.userId });
  return { query };
}

/** Tokens that were kept earlier are deleted once they are not to be kept any more. */
function tokensAfterUse(ctx: Context, id: string, tokens: ReceivedTokens | null) {
  if (!ctx.settings.oauthKeepTokens) return { sealedTokens: null };
  return tokens === null ? {} : { sealedTokens: sealTokens(ctx, id, tokens) };
}

/** The effect of deleting a user's identities, but for the one that the same statement links. */
export function deleteIdentitiesOf(userId: string, except?: IdentityKey): Effect {
  const exception = except && hasKey(except);
  const which = and(eq(identities.userId, userId), exception && not(exception));
  return deleteRows(identities, which, "the other identities");
}

/** The effect of deleting the kept tokens of a user who is deleted. */
export function deleteTokensOf(userId: string): Effect {
  return updateRows(identities, { sealedTokens: null }, eq(identities.userId, userId));
}

import { Value } from "@sinclair/typebox/value";
import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import type { Context } from "../../platform/platform.ts";
import { isFreshSession } from "../sessions/index.ts";
import { users } from "../users/index.ts";
import { type KeptTokens, keptTokensSchema } from "./model.ts";
import { isUsableIdentity, placeOfTokens } from "./queries.ts";
import { identities } from "./table.ts";

/** A provider's own tokens for a user, as they were received. */
export interface ReceivedTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly idToken: string | null;
  readonly expiresInSeconds: number | null;
  readonly scope: string | null;
}

/** The tokens, sealed for the identity with this id; null unless they are to be kept (`OAUTH_KEEP_TOKENS`). */
export function sealTokens(ctx: Context, id: string, tokens: ReceivedTokens | null): string | null {
  if (!ctx.settings.oauthKeepTokens || tokens === null) return null;
  const { expiresInSeconds } = tokens;
  const kept: KeptTokens = {
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    id_token: tokens.idToken,
    scope: tokens.scope,
    expires_at:
      expiresInSeconds === null
        ? null
        : addSeconds(ctx.clock.now(), expiresInSeconds).toISOString(),
  };
  return ctx.secrets.seal(JSON.stringify(kept), placeOfTokens(id));
}

/**
 * The provider's tokens that are kept for an identity of the signed-in user. Throws `NOT_FOUND` (none are kept, or the identity
 * is not the user's), `REAUTHENTICATION_REQUIRED` (the session is not fresh).
 */
export async function getKeptTokens(ctx: Context<UserActor>, id: string): Promise<KeptTokens> {
  const { userId, sessionId } = ctx.actor;
  const [row] = isUuid(id)
    ? await ctx.db
        .select({
          sealed: identities.sealedTokens,
          isFresh: isFreshSession(sessionId, ctx.clock.now()),
        })
        .from(identities)
        .innerJoin(users, isUsableIdentity)
        .where(and(eq(identities.id, id), eq(identities.userId, userId)))
    : [];
  const isKept = ctx.settings.oauthKeepTokens && row;
  const text =
    isKept && row.sealed !== null ? ctx.secrets.open(row.sealed, placeOfTokens(id)) : null;
  if (!row || text === null)
    throw new AppError("NOT_FOUND", "No tokens are kept for this identity.");
  if (!row.isFresh) {
    throw new AppError("REAUTHENTICATION_REQUIRED", "Sign in again, then repeat this request.");
  }
  return Value.Parse(keptTokensSchema, JSON.parse(text));
}

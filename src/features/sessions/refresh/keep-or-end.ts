import { and, eq, gt, ne, not, sql } from "drizzle-orm";

import { addSeconds } from "../../../kernel/clock.ts";
import { lowestIdOf } from "../../../kernel/ids.ts";
import { composeCommit, preparedCommit } from "../../../platform/db/commit.ts";
import { when } from "../../../platform/db/effects.ts";
import { jsonObject } from "../../../platform/db/json-object.ts";
import type { QueryValue, ParameterSource } from "../../../platform/db/prepared-query.ts";
import type { Context } from "../../../platform/platform.ts";
import { differsFromEarlier, recordAuditOf } from "../../audit/index.ts";
import { recordEventOf } from "../../events/index.ts";
import { users } from "../../users/index.ts";
import { notifyClient } from "../notify-client.ts";
import { isActiveSession, meetsSignInSettings } from "../queries.ts";
import {
  recordRefreshOf,
  type RefreshedSession,
  toRefreshedSession,
  returnedSession,
} from "./refreshed-session.ts";
import { sessions } from "../table.ts";

/** A verified refresh token, in the form in which the session's row holds it. */
export interface PresentedToken {
  readonly sessionId: string;
  readonly userId: string;
  readonly presentedHash: string;
  /** The client that presents it; null for a token of a session of Gatehouse itself. */
  readonly clientId: string | null;
}

/** The input of the statements. */
interface Presentation extends PresentedToken {
  readonly ctx: Context;
  readonly now: Date;
}

/** Keeps the session's current refresh token, if it is the presented one, and extends the session; else null. */
export async function touch(ctx: Context, token: PresentedToken): Promise<RefreshedSession | null> {
  const [row] = await use(ctx, { ...token, ctx, now: ctx.clock.now() });
  return row ? toRefreshedSession(row) : null;
}

const use = preparedCommit((db, parameter: ParameterSource<Presentation>) => {
  const { token, now, contexts } = parametersOf(parameter);
  const slidTo = parameter((sent) =>
    addSeconds(sent.now, sent.ctx.settings.jwtRefreshTokenTtlSeconds),
  );
  const query = db
    .update(sessions)
    .set({
      lastUsedAt: sql`${now}`,
      expiresAt: sql`least(${slidTo}::timestamptz, ${sessions.absoluteExpiresAt})`,
    })
    .from(users)
    .where(
      and(
        belongsToActiveSession(token, now),
        meetsSignInSettings(parameter((sent) => sent.ctx.settings.requireEmailVerification)),
        eq(sessions.refreshTokenHash, token.presentedHash),
      ),
    )
    .returning(returnedSession);
  return composeCommit(db, { query }, ({ sessionId, id: userId, amr }) => [
    recordRefreshOf(contexts, { sessionId, userId, amr }),
  ]);
});

/** Whether the token is the current one of an active session whose user has to verify the address before using it. */
export async function isCurrentOfUnverifiedUser(
  ctx: Context,
  token: PresentedToken,
): Promise<boolean> {
  const { requireEmailVerification } = ctx.settings;
  const found = await ctx.db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(users, belongsToActiveSession(token, ctx.clock.now()))
    .where(
      and(
        eq(sessions.refreshTokenHash, token.presentedHash),
        not(meetsSignInSettings(requireEmailVerification)),
      ),
    );
  return found.length > 0;
}

/**
 * Decides, in one statement, on a token that is not the current one of its session. The immediate predecessor within the grace
 * leaves the session as it is; any other token ends it. Both are recorded. Null if there is no active session.
 */
export async function endUnlessWithinGrace(
  ctx: Context,
  token: PresentedToken,
): Promise<(RefreshedSession & { hasEnded: boolean }) | null> {
  const [row] = await decision(ctx, { ...token, ctx, now: ctx.clock.now() });
  if (!row) return null;
  const { isElsewhere, ...session } = row;
  const hasEnded = session.endedAt !== null;
  if (isElsewhere && !hasEnded) {
    ctx.log.warn(
      {
        session_id: token.sessionId,
        user_id: token.userId,
        request_id: ctx.origin.requestId,
        client_address: ctx.origin.ipAddress,
      },
      "a replaced refresh token was used within the grace from another network and another user agent",
    );
  }
  return { ...toRefreshedSession(session), hasEnded };
}

const decision = preparedCommit((db, parameter: ParameterSource<Presentation>) => {
  const { token, now, contexts } = parametersOf(parameter);
  const graceStart = parameter(graceStartOf);
  const isWithinGrace = and(
    eq(sessions.previousRefreshTokenHash, token.presentedHash),
    gt(sessions.refreshTokenIssuedAt, graceStart),
  );
  // The first use replaced the token, and its entry is of the statement that did.
  const isElsewhere = differsFromEarlier(db, contexts, {
    action: "session.refreshed",
    userId: token.userId,
    sessionId: token.sessionId,
    lowestId: parameter((sent) => lowestIdOf(graceStartOf(sent))),
  });
  const required = parameter((sent) => sent.ctx.settings.requireEmailVerification);
  const isRequired = sql`${required}::boolean`;
  const query = db
    .update(sessions)
    .set({
      endedAt: sql`case when ${isWithinGrace} then null else ${now}::timestamptz end`,
      endReason: sql`case when ${isWithinGrace} then null else 'refresh_reuse' end`,
    })
    .from(users)
    .where(
      and(belongsToActiveSession(token, now), ne(sessions.refreshTokenHash, token.presentedHash)),
    )
    .returning({ ...returnedSession, isElsewhere: isElsewhere.as("is_elsewhere") });
  return composeCommit(
    db,
    {
      query,
      isMade: ({ endedAt }) => endedAt !== null,
      announce: ({ sessionId }) => ({ subject: "session", id: sessionId }),
    },
    ({
      id: userId,
      sessionId: id,
      clientId,
      amr,
      endedAt,
      emailVerifiedAt,
      isElsewhere: elsewhere,
    }) => [
      ...notifyClient(
        { id, userId, clientId },
        sql`${now}::timestamptz`,
        sql`${endedAt} is not null`,
      ),
      ...when(sql`${endedAt} is not null`, [
        recordAuditOf(contexts, {
          action: "session.refresh_reuse",
          result: "failure",
          userId,
          sessionId: token.sessionId,
        }),
        ...recordEventOf(contexts, "session.reuse_detected", {
          user_id: userId,
          session_id: sql`${token.sessionId}::uuid`,
          ip_address: sql`${contexts((ctx) => ctx.origin.ipAddress)}::text`,
        }),
      ]),
      // A user who has to verify the address gets no tokens: the refusal is recorded instead.
      ...when(sql`${endedAt} is null and (${emailVerifiedAt} is not null or not ${isRequired})`, [
        recordAuditOf(contexts, {
          action: "session.refresh_grace",
          result: "success",
          userId,
          sessionId: token.sessionId,
          amr,
          detail: jsonObject({ elsewhere }),
        }),
      ]),
    ],
  );
});

/** A token that was replaced before this time is an old one. */
function graceStartOf({ now, ctx }: Presentation): Date {
  return addSeconds(now, -ctx.settings.refreshTokenGraceSeconds);
}

/** The input as parameters of a statement. */
function parametersOf(parameter: ParameterSource<Presentation>) {
  const contexts: ParameterSource<Context> = (read) => parameter((sent) => read(sent.ctx));
  const token = {
    sessionId: parameter((sent) => sent.sessionId),
    userId: parameter((sent) => sent.userId),
    presentedHash: parameter((sent) => sent.presentedHash),
    clientId: parameter((sent) => sent.clientId),
  };
  return { token, now: parameter((sent) => sent.now), contexts };
}

function belongsToActiveSession(
  token: { readonly [Name in keyof PresentedToken]: QueryValue<PresentedToken[Name]> },
  now: QueryValue<Date>,
) {
  return and(
    eq(sessions.id, token.sessionId),
    eq(sessions.userId, token.userId),
    // A token of one client is worth nothing to another, and does not end its session (RFC 6749 §6).
    sql`${sessions.clientId} is not distinct from ${token.clientId}::text`,
    isActiveSession(now),
  );
}

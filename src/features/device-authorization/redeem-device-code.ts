import { and, eq, isNull, lte, or, sql } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { OAuthError } from "../../kernel/oauth-error.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import {
  activeParent,
  findGrantor,
  isRefreshable,
  isStillAllowed,
  type RedeemedCode,
} from "../authorization/index.ts";
import type { ClientRecord } from "../clients/index.ts";
import { openSession } from "../sessions/index.ts";
import { deviceAuthorizations } from "./table.ts";

type DeviceRecord = typeof deviceAuthorizations.$inferSelect;

/** RFC 8628 §3.5: each request that comes too soon makes the pause longer. */
const slowDownSeconds = 5;

/**
 * Exchanges a device code for a session of its client, once its user has allowed it (RFC 8628 §3.4). Throws
 * `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_grant`.
 */
export async function redeemDeviceCode(
  ctx: Context,
  client: ClientRecord,
  deviceCode: string,
): Promise<RedeemedCode> {
  const [request] = await ctx.db
    .select()
    .from(deviceAuthorizations)
    .where(eq(deviceAuthorizations.digest, sha256(deviceCode)));
  if (request?.clientId !== client.clientId || request.consumedAt !== null) throw invalid();
  if (request.expiresAt <= ctx.clock.now()) {
    throw new OAuthError("expired_token", "The device code has expired.");
  }
  if (request.isAllowed === null) throw await findPause(ctx, request);
  if (!request.isAllowed) throw new OAuthError("access_denied", "The user did not allow it.");
  const opened = await openDeviceSession(ctx, client, request);
  if (opened === null) throw invalid();
  return opened;
}

/** The error while the user has not decided. */
async function findPause(
  ctx: Context,
  { digest, intervalSeconds }: DeviceRecord,
): Promise<OAuthError> {
  const now = ctx.clock.now();
  const { polledAt } = deviceAuthorizations;
  const isInTime = or(isNull(polledAt), lte(polledAt, addSeconds(now, -intervalSeconds)));
  const isThis = eq(deviceAuthorizations.digest, digest);
  const inTime = await ctx.db
    .update(deviceAuthorizations)
    .set({ polledAt: now })
    .where(and(isThis, isInTime))
    .returning({ digest: deviceAuthorizations.digest });
  if (inTime.length > 0) {
    return new OAuthError("authorization_pending", "The user has not decided yet.");
  }
  const longer = sql`${deviceAuthorizations.intervalSeconds} + ${slowDownSeconds}::integer`;
  await ctx.db
    .update(deviceAuthorizations)
    .set({ polledAt: now, intervalSeconds: longer })
    .where(isThis);
  return new OAuthError("slow_down", "Ask 5 seconds later than before from now on.");
}

/** One statement consumes the code and opens the session, if the user's own session is still good. */
async function openDeviceSession(
  ctx: Context,
  client: ClientRecord,
  { digest, userId, sessionId, scopes, resource }: DeviceRecord,
): Promise<RedeemedCode | null> {
  const grantor = sessionId === null ? null : await findGrantor(ctx, sessionId);
  if (grantor === null || sessionId === null || userId === null) return null;
  const { clientId } = client;
  const { amr, authenticatedAt, credentialsVersion, user } = grantor;
  const parent = activeParent(ctx, sessionId);
  const proof = ctx.db
    .with(parent)
    .update(deviceAuthorizations)
    .set({ consumedAt: ctx.clock.now() })
    .from(parent)
    .where(
      and(
        eq(deviceAuthorizations.digest, digest),
        isNull(deviceAuthorizations.consumedAt),
        isStillAllowed({ userId, clientId }),
      ),
    )
    .returning({
      credentialsVersion: parent.credentialsVersion,
      isUnverified: parent.isUnverified,
    });
  const session = await openSession(
    ctx,
    {
      userId,
      amr,
      credentialsVersion,
      client: {
        clientId,
        scopes,
        resource,
        parentSessionId: sessionId,
        authenticatedAt,
        isRefreshable: isRefreshable(client, scopes),
      },
      proof,
    },
    (id) => [
      recordAudit(ctx, {
        action: "client.device_redeemed",
        result: "success",
        userId,
        sessionId: id,
        amr,
        detail: { client_id: clientId, scopes },
      }),
    ],
  );
  return session && { user, session: { ...session, amr }, nonce: null };
}

function invalid(): OAuthError {
  return new OAuthError("invalid_grant", "The device code is not valid.");
}

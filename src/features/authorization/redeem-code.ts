import { and, eq, gt, isNull } from "drizzle-orm";

import { OAuthError } from "../../kernel/oauth-error.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import type { ClientRecord } from "../clients/index.ts";
import type { UserRecord } from "../roles/index.ts";
import {
  type ClientSession,
  endReusedSession,
  type OpenedSession,
  openSession,
} from "../sessions/index.ts";
import { type CodeRecord, findCode, findGrantor } from "./find-code.ts";
import { activeParent, isRefreshable, isStillAllowed } from "./open-granted.ts";
import { isRightVerifier } from "./pkce.ts";
import { authorizationCodes } from "./table.ts";

/** A redemption, as received. */
export interface Redemption {
  readonly code: string;
  readonly redirectUri: string | null;
  readonly codeVerifier: string | null;
  /** The resource that a token is wanted for (RFC 8707 §2.2). */
  readonly resource: string | null;
}

/** What a code gave. */
export interface RedeemedCode {
  readonly user: UserRecord;
  readonly session: OpenedSession & { readonly amr: readonly string[] };
  readonly nonce: string | null;
}

/**
 * Exchanges an authorization code for a session of its client (RFC 6749 §4.1.3), which ends with the user's own. A code that is
 * presented again ends the session that it opened (§4.1.2). Throws `invalid_grant`, `invalid_target`.
 */
export async function redeemCode(
  ctx: Context,
  client: ClientRecord,
  sent: Redemption,
): Promise<RedeemedCode> {
  const code = await findCode(ctx, sent.code);
  const reason = code === null ? "code_unknown" : findFault(ctx, client, sent, code);
  if (code === null || reason !== null) {
    if (reason === "code_reused") await endWhatItOpened(ctx, code);
    throw refuse(ctx, client, code, reason ?? "code_unknown");
  }
  assertGrantedResource(sent.resource, code.resource);
  const redeemed = await openClientSession(ctx, client, code);
  if (redeemed) return redeemed;
  // Another redemption of this code at the same time was first, or the user signed out.
  const now = await findCode(ctx, sent.code);
  if (now?.consumedAt) await endWhatItOpened(ctx, now);
  throw refuse(ctx, client, code, now?.consumedAt ? "code_reused" : "session_ended");
}

/** RFC 8707 §2.2: a token may be wanted for the resource that the user granted. Throws `invalid_target`. */
export function assertGrantedResource(wanted: string | null, granted: string | null): void {
  if (wanted === null || wanted === granted) return;
  throw new OAuthError("invalid_target", "resource is not the one that was granted.");
}

type Fault =
  | "code_of_another_client"
  | "code_reused"
  | "code_expired"
  | "redirect_uri_wrong"
  | "verifier_wrong";

interface Presented {
  readonly client: ClientRecord;
  readonly sent: Redemption;
  readonly code: CodeRecord;
  readonly now: Date;
}

/** The rules for a code, each with its section. The first that is broken decides. */
const rules: readonly (readonly [Fault, (presented: Presented) => boolean])[] = [
  // RFC 6749 §4.1.3: a code that another client presents is of no use to it, and stays usable.
  ["code_of_another_client", ({ client, code }) => code.clientId !== client.clientId],
  // RFC 6749 §4.1.2, §10.5
  ["code_reused", ({ code }) => code.consumedAt !== null],
  // RFC 6749 §4.1.2
  ["code_expired", ({ code, now }) => code.expiresAt <= now],
  // RFC 6749 §4.1.3
  ["redirect_uri_wrong", ({ sent, code }) => sent.redirectUri !== code.redirectUri],
  // RFC 7636 §4.6, RFC 9700 §4.8.2
  ["verifier_wrong", ({ sent, code }) => !isRightVerifier(sent.codeVerifier, code.codeChallenge)],
];

function findFault(
  ctx: Context,
  client: ClientRecord,
  sent: Redemption,
  code: CodeRecord,
): Fault | null {
  const presented = { client, sent, code, now: ctx.clock.now() };
  const broken = rules.find(([, isBroken]) => isBroken(presented));
  return broken?.[0] ?? null;
}

/** One statement consumes the code and opens the session, if both the code and the user's session are still good. */
async function openClientSession(
  ctx: Context,
  client: ClientRecord,
  code: CodeRecord,
): Promise<RedeemedCode | null> {
  const grantor = await findGrantor(ctx, code.sessionId);
  if (grantor === null) return null;
  const { amr, authenticatedAt, credentialsVersion, user } = grantor;
  const id = ctx.random.id(ctx.clock.now());
  const opened: ClientSession = {
    clientId: client.clientId,
    scopes: code.scopes,
    resource: code.resource,
    parentSessionId: code.sessionId,
    authenticatedAt,
    isRefreshable: isRefreshable(client, code.scopes),
  };
  const session = await openSession(
    ctx,
    {
      id,
      userId: code.userId,
      amr,
      credentialsVersion,
      client: opened,
      proof: consumption(ctx, code, id),
    },
    () => [
      recordAudit(ctx, {
        action: "client.code_redeemed",
        result: "success",
        userId: code.userId,
        sessionId: id,
        amr,
        detail: { client_id: client.clientId, scopes: code.scopes },
      }),
    ],
  );
  return session && { user, session: { ...session, amr }, nonce: code.nonce };
}

/** Consumes the code. What the user allowed must not have been withdrawn meanwhile. */
function consumption(ctx: Context, code: CodeRecord, openedSessionId: string) {
  const now = ctx.clock.now();
  const parent = activeParent(ctx, code.sessionId);
  return ctx.db
    .with(parent)
    .update(authorizationCodes)
    .set({ consumedAt: now, openedSessionId })
    .from(parent)
    .where(
      and(
        eq(authorizationCodes.digest, code.digest),
        isNull(authorizationCodes.consumedAt),
        gt(authorizationCodes.expiresAt, now),
        isStillAllowed(code),
      ),
    )
    .returning({
      credentialsVersion: parent.credentialsVersion,
      isUnverified: parent.isUnverified,
    });
}

async function endWhatItOpened(ctx: Context, code: CodeRecord | null): Promise<void> {
  if (code?.openedSessionId == null) return;
  await endReusedSession(ctx, { id: code.openedSessionId, userId: code.userId });
}

/** The error, whatever the reason, which the audit log has. */
function refuse(
  ctx: Context,
  { clientId }: ClientRecord,
  code: CodeRecord | null,
  reason: string,
): OAuthError {
  const userId = code?.userId ?? null;
  const detail = { client_id: clientId, reason };
  recordFailure(ctx, { action: "client.code_redeemed", userId, clientId, detail });
  return new OAuthError("invalid_grant", "The authorization code is not valid.");
}

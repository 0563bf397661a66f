import { eq } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import { insertRow } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { isActiveSession, sessions } from "../sessions/index.ts";
import { users } from "../users/index.ts";
import { authorizationCodes } from "./table.ts";

/** RFC 6749 §4.1.2: ten minutes at most. A program redeems it at once. */
const lifeSeconds = 60;

/** What a code is issued for. */
export interface NewCode {
  readonly clientId: string;
  /** The session of the user who allows it. */
  readonly sessionId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly nonce: string | null;
  readonly codeChallenge: string | null;
  readonly resource: string | null;
}

/** Issues an authorization code. Null, with nothing written, when the session has ended meanwhile. */
export async function issueCode(ctx: Context, grant: NewCode): Promise<string | null> {
  const now = ctx.clock.now();
  const code = ctx.random.token(256);
  const query = ctx.db
    .select({ userId: sessions.userId, sessionId: sessions.id })
    .from(sessions)
    .innerJoin(users, isActiveSession(now))
    .where(eq(sessions.id, grant.sessionId));
  const rows = await commit(ctx, { query }, ({ userId, sessionId }) => [
    insertRow(authorizationCodes, {
      ...grant,
      scopes: [...grant.scopes],
      digest: digestOf(code),
      userId,
      sessionId,
      createdAt: now,
      expiresAt: addSeconds(now, lifeSeconds),
    }),
    recordAudit(ctx, {
      action: "client.code_issued",
      result: "success",
      userId,
      sessionId,
      detail: { client_id: grant.clientId, scopes: grant.scopes },
    }),
  ]);
  return rows.length > 0 ? code : null;
}

/** The digest by which a code is found. */
export function digestOf(code: string): string {
  return sha256(code);
}

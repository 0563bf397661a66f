import { and, eq, isNull, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { ReturningQuery } from "../../platform/db/drizzle-internals.ts";
import { type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { proveFactor, type SentFactor } from "../mfa/index.ts";
import {
  type Assertion,
  lockPasskey,
  passkeyMethods,
  passkeyRefused,
  provePasskey,
  usePasskey,
} from "../passkeys/index.ts";
import { verifyOwnPassword } from "../passwords/index.ts";
import { sessions } from "../sessions/index.ts";
import { invalidCredentials } from "../sign-in/index.ts";
import { invalidToken } from "../tokens/index.ts";
import { isActiveUser, users } from "../users/index.ts";
import { refuseCode } from "./refuse-code.ts";

const action = "user.reauthenticated";

/** What a signed-in user proves again. */
export type SentProof =
  | { readonly password: string }
  | SentFactor
  | { readonly passkey: Assertion };

/** A proof that a statement relies on: its query gives a row while the proof is good. */
interface PresentProof {
  readonly query: ReturningQuery<Record<string, unknown>, object>;
  readonly effects: readonly Effect[];
  /** The method references that the session gets in addition (RFC 8176). */
  readonly methods: readonly string[];
}

/**
 * Notes in the session that the user has proven who they are just now. A code of the app, a recovery code, or a passkey makes it
 * a session with two factors. Throws `INVALID_CREDENTIALS`, `INVALID_CODE`, `RATE_LIMITED`, `OVERLOADED`.
 */
export async function reauthenticate(ctx: Context<UserActor>, sent: SentProof): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  if ("password" in sent) {
    const purpose = { action, field: "password" } as const;
    const { credentialsVersion } = await verifyOwnPassword(ctx, sent.password, purpose);
    const query = ctx.db
      .select({ id: users.id })
      .from(users)
      .where(and(isActiveUser(userId), eq(users.credentialsVersion, credentialsVersion)));
    const isNoted = await noteAuthentication(ctx, { query, effects: [], methods: ["pwd"] });
    if (!isNoted) throw invalidCredentials();
    return;
  }
  if ("passkey" in sent) return reauthenticateWithPasskey(ctx, sent.passkey);
  const owner = await getOwner(ctx);
  const { query, consumption, effects } = await proveFactor(ctx, owner, sent, {
    action,
    sessionId,
  });
  const proof = { query, effects: [...consumption, ...effects], methods: ["otp", "mfa"] };
  if (!(await noteAuthentication(ctx, proof))) throw refuseCode(ctx, action);
}

/** The passkey must be one of the user's own. */
async function reauthenticateWithPasskey(
  ctx: Context<UserActor>,
  assertion: Assertion,
): Promise<void> {
  const proven = await provePasskey(ctx, assertion, { action, userId: ctx.actor.userId });
  const isNoted = await noteAuthentication(ctx, {
    query: lockPasskey(ctx, proven),
    effects: [usePasskey(ctx, proven)],
    methods: passkeyMethods,
  });
  if (!isNoted) throw passkeyRefused();
}

/** One statement uses the proof up and notes it in the session. False, with nothing written, if the proof is no longer good. */
async function noteAuthentication(
  ctx: Context<UserActor>,
  { query, effects, methods }: PresentProof,
): Promise<boolean> {
  const { userId, sessionId } = ctx.actor;
  const added = sql`(select array_agg("method") from jsonb_array_elements_text(${JSON.stringify(methods)}::jsonb) as "added" ("method")
    where "method" <> all(${sessions.amr}))`;
  const announce = () => ({ subject: "session", id: sessionId }) as const;
  const rows = await commit(ctx, { query, announce }, () => [
    ...effects,
    updateRows(
      sessions,
      {
        authenticatedAt: ctx.clock.now(),
        amr: sql`${sessions.amr} || coalesce(${added}, '{}')`,
      },
      and(eq(sessions.id, sessionId), eq(sessions.userId, userId), isNull(sessions.endedAt)),
    ),
    recordAudit(ctx, { action, result: "success", userId, sessionId, detail: { methods } }),
  ]);
  return rows.length > 0;
}

async function getOwner(ctx: Context<UserActor>) {
  const { userId } = ctx.actor;
  const [user] = await ctx.db
    .select({ email: users.email, credentialsVersion: users.credentialsVersion })
    .from(users)
    .where(isActiveUser(userId));
  if (!user) throw invalidToken();
  return { userId, ...user };
}

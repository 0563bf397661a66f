import { SQL } from "drizzle-orm";

import { constant } from "../../platform/db/constant.ts";
import type { QueryValue, ParameterSource } from "../../platform/db/prepared-query.ts";
import { insertRow, type Effect } from "../../platform/db/effects.ts";
import { clientSource } from "../../platform/http/client-source.ts";
import type { Context } from "../../platform/platform.ts";
import type { AuditAction } from "./actions.ts";
import { auditLog } from "./table.ts";

/** Wakes the sealing of new rows in this process, as an outbox topic wakes its worker. */
export const auditTopic = "audit";

/** Wakes the writing of failed attempts in this process. */
export const failuresTopic = "failed-attempts";

/** What is recorded. The actor, the time and the origin are read from the context. */
export interface AuditEntry {
  /** An id for each row of the change, where there may be several. */
  readonly id?: SQL;
  readonly action: AuditAction;
  readonly result: "success" | "failure";
  /** The user on whom the action was performed, if there is one. */
  readonly userId: QueryValue<string> | null;
  /** The session that was opened or ended; by default the session of the signed-in user who acts. */
  readonly sessionId?: QueryValue<string> | null;
  /** The authentication methods (RFC 8176); by default those of the signed-in user who acts. */
  readonly amr?: readonly string[] | SQL;
  /** Facts that explain the entry, or the SQL of such a JSON object; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>> | SQL;
}

/** The effect of recording an entry along with a change. */
export function recordAudit(ctx: Context, entry: AuditEntry): Effect {
  return recordAuditOf((read) => read(ctx), entry);
}

/** The same for a prepared query: who, when and from where are read from the context with which it is sent. */
export function recordAuditOf(contexts: ParameterSource<Context>, entry: AuditEntry): Effect {
  return { ...insertRow(auditLog, auditRow(contexts, entry)), wakes: auditTopic };
}

/** An entry without a change, whose values are known. */
export interface PlainEntry extends Omit<AuditEntry, "amr" | "id"> {
  readonly userId: string | null;
  readonly sessionId?: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Records an entry without a change. */
export async function writeAudit(ctx: Context, entry: PlainEntry): Promise<void> {
  await ctx.db.insert(auditLog).values(plainRow(ctx, entry));
  ctx.outboxWritten([auditTopic]);
}

/**
 * Records a failed attempt that a request made, such as a wrong password. It is written within about a second, and a flood of
 * attempts becomes few rows (`FailureBuffer`): they are counted by the user of the entry or the known `clientId`, else by source.
 * No statement is sent, so that the response takes the same time whether there is an account or not.
 */
export function recordFailure(
  ctx: Context,
  { clientId, ...entry }: Omit<PlainEntry, "result"> & { readonly clientId?: string | null },
): void {
  const { ipAddress } = ctx.origin;
  const { by, reason } = { by: null, reason: null, ...entry.detail };
  ctx.failures.add(plainRow(ctx, { ...entry, result: "failure" }), {
    source: ipAddress === null ? null : clientSource(ipAddress),
    subject: entry.userId ?? clientId ?? null,
    kind: JSON.stringify([entry.action, ctx.actor.kind, by, reason]),
  });
  ctx.outboxWritten([failuresTopic]);
}

function plainRow(ctx: Context, entry: PlainEntry) {
  const { actor, origin } = ctx;
  const at = ctx.clock.now();
  return {
    id: ctx.random.id(at),
    at,
    action: entry.action,
    result: entry.result,
    actorKind: actor.kind,
    actorId: actor.kind === "user" ? actor.userId : null,
    userId: entry.userId,
    sessionId: entry.sessionId ?? sessionOf(ctx),
    amr: factorsOf(ctx),
    ...origin,
    detail: copyOf(entry.detail),
  };
}

function auditRow(of: ParameterSource<Context>, entry: AuditEntry) {
  const { amr } = entry;
  return {
    id: entry.id ?? of((ctx) => ctx.random.id(ctx.clock.now())),
    at: of((ctx) => ctx.clock.now()),
    action: constant(entry.action),
    result: constant(entry.result),
    actorKind: of((ctx) => ctx.actor.kind),
    actorId: of((ctx) => (ctx.actor.kind === "user" ? ctx.actor.userId : null)),
    userId: entry.userId,
    sessionId: entry.sessionId ?? of(sessionOf),
    amr: amr instanceof SQL ? amr : of((ctx) => factorsOf(ctx, amr)),
    ipAddress: of((ctx) => ctx.origin.ipAddress),
    userAgent: of((ctx) => ctx.origin.userAgent),
    requestId: of((ctx) => ctx.origin.requestId),
    detail: entry.detail instanceof SQL ? entry.detail : copyOf(entry.detail),
  };
}

/** The session of the signed-in user who acts. */
function sessionOf({ actor }: Context): string | null {
  return actor.kind === "user" ? actor.sessionId : null;
}

/** The methods `factors`, or those of the session of the signed-in user who acts. */
function factorsOf({ actor }: Context, factors?: readonly string[]): string[] | null {
  if (factors) return [...factors];
  return actor.kind === "user" ? [...actor.amr] : null;
}

function copyOf(detail: Readonly<Record<string, unknown>> | undefined) {
  return detail ? { ...detail } : null;
}

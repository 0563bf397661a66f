import { SQL } from "drizzle-orm";

import { insertRow, type Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import type { AuditAction } from "./actions.ts";
import { auditLog } from "./table.ts";

/** What is recorded; who, when and from where come from the context. */
export interface AuditEntry {
  /** An id for each row of the change, where there may be several. */
  readonly id?: SQL;
  readonly action: AuditAction;
  readonly result: "success" | "failure";
  /** The user it was done to, where there is one. */
  readonly userId: string | SQL | null;
  readonly sessionId?: string | SQL | null;
  /** How whoever acts has proven who she is, where the context does not know it. */
  readonly amr?: readonly string[] | SQL;
  /** Facts that help to understand it, or the SQL of such a JSON object; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>> | SQL;
}

/** The effect of recording an entry along with a change. */
export function recordAudit(ctx: Context, entry: AuditEntry, when?: SQL): Effect {
  return insertRow(auditLog, auditRow(ctx, entry), when);
}

/** Records an entry that no change goes with, such as a failed sign-in. */
export async function writeAudit(
  ctx: Context,
  entry: Omit<AuditEntry, "amr" | "id"> & { userId: string | null; sessionId?: string | null },
): Promise<void> {
  await ctx.db.insert(auditLog).values({
    ...auditRow(ctx, entry),
    userId: entry.userId,
    sessionId: entry.sessionId ?? null,
    amr: factorsOf(ctx),
  });
}

function auditRow(ctx: Context, entry: AuditEntry) {
  const now = ctx.clock.now();
  return {
    id: entry.id ?? ctx.random.id(now),
    at: now,
    action: entry.action,
    result: entry.result,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.kind === "user" ? ctx.actor.userId : null,
    userId: entry.userId,
    sessionId: entry.sessionId ?? null,
    amr: entry.amr instanceof SQL ? entry.amr : factorsOf(ctx, entry.amr),
    ipAddress: ctx.origin.ipAddress,
    userAgent: ctx.origin.userAgent,
    requestId: ctx.origin.requestId,
    detail: entry.detail instanceof SQL ? entry.detail : copyOf(entry.detail),
  };
}

/** Those given, or those of the session by which a signed-in user acts. */
function factorsOf({ actor }: Context, given?: readonly string[]): string[] | null {
  if (given) return [...given];
  return actor.kind === "user" ? [...actor.amr] : null;
}

function copyOf(detail: Readonly<Record<string, unknown>> | undefined) {
  return detail ? { ...detail } : null;
}

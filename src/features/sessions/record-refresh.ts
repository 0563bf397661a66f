import type { ValuesOf } from "../../platform/db/hot-statement.ts";
import { changedColumn, type Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAuditOf } from "../audit/index.ts";

/** The effect of recording that the changed session, as `returnedSession` gives it, was refreshed. */
export function recordRefreshOf(contexts: ValuesOf<Context>): Effect {
  return recordAuditOf(contexts, {
    action: "session.refreshed",
    result: "success",
    userId: changedColumn("id"),
    sessionId: changedColumn("session_id"),
    amr: changedColumn("amr"),
  });
}

import type { SQL } from "drizzle-orm";

import type { ValuesOf } from "../../platform/db/hot-statement.ts";
import { changedColumn, type Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAuditOf } from "../audit/index.ts";

/** The effect of recording a refresh, along with a change that returns `session_id` and `amr`. */
export function recordRefreshOf(contexts: ValuesOf<Context>, userId: SQL): Effect {
  return recordAuditOf(contexts, {
    action: "session.refreshed",
    result: "success",
    userId,
    sessionId: changedColumn("session_id"),
    amr: changedColumn("amr"),
  });
}

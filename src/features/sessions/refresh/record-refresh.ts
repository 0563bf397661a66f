import type { SQL } from "drizzle-orm";

import type { ParameterSource } from "../../../platform/db/prepared-query.ts";
import { changedColumn, type Effect } from "../../../platform/db/write.ts";
import type { Context } from "../../../platform/platform.ts";
import { recordAuditOf } from "../../audit/index.ts";

/** The effect of recording a refresh, along with a change that returns `session_id` and `amr`. */
export function recordRefreshOf(contexts: ParameterSource<Context>, userId: SQL): Effect {
  return recordAuditOf(contexts, {
    action: "session.refreshed",
    result: "success",
    userId,
    sessionId: changedColumn("session_id"),
    amr: changedColumn("amr"),
  });
}

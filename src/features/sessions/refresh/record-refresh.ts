import type { ParameterSource } from "../../../platform/db/prepared-query.ts";
import type { Columns, Effect } from "../../../platform/db/effects.ts";
import type { Context } from "../../../platform/platform.ts";
import { recordAuditOf } from "../../audit/index.ts";

/** The effect of recording a refresh of a session. */
export function recordRefreshOf(
  contexts: ParameterSource<Context>,
  session: Columns<{ sessionId: string; userId: string; amr: readonly string[] }>,
): Effect {
  return recordAuditOf(contexts, {
    action: "session.refreshed",
    result: "success",
    ...session,
  });
}

import { writeFailedAttempts } from "../../src/features/audit/index.ts";
import type { Platform } from "../../src/platform/platform.ts";
import type { Answer } from "./http-call.ts";
import type { TestApp } from "./test-app.ts";

/** The audit log's rows of the request that got this response, oldest first, without ids and times. */
export async function auditOf(
  app: TestApp,
  answer: Answer,
): Promise<readonly Record<string, unknown>[]> {
  const requestId = answer.headers.get("x-request-id") ?? "";
  if (!/^[\w.-]+$/.test(requestId)) throw new Error("an answer without a request id");
  const read = () =>
    app.rows(
      `select action, result, actor_kind, user_id, session_id, amr, ip_address, user_agent, detail
     from audit_log where request_id = '${requestId}' order by id`,
    );
  // The server's own job may have taken the row of a failed attempt, and be writing it.
  for (let reading = 0; reading < maximumReadings; reading += 1) {
    const rows = await read();
    if (rows.length > 0) return rows;
    await Bun.sleep(10);
  }
  return read();
}

const maximumReadings = 10;

/** Writes the failed attempts so far, which a server does a second later or at the end of their minute. */
export function writeFailures({ platform }: { readonly platform: Platform }): Promise<void> {
  return writeFailedAttempts(platform, { everything: true });
}

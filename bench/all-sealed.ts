import type { Sql } from "postgres";

import { eventually } from "../tests/support/eventually.ts";

/** Waits until the audit log has no row without a place in its chain. */
export async function allSealed(sql: Sql): Promise<void> {
  await eventually(
    () => sql`select id from audit_log where sequence is null limit 1`,
    (waiting) => waiting.length === 0,
    60,
  );
}

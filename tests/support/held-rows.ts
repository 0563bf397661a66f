import postgres, { type TransactionSql } from "postgres";

import { eventually } from "./eventually.ts";
import type { TestApp } from "./test-app.ts";

/**
 * Makes a change in a transaction, starts `run`, and commits when that waits for the change; gives what it gave. Before
 * the commit `look` may look. On a Postgres server alone: only there do two connections meet.
 */
export async function meanwhile<T>(
  app: TestApp,
  change: string,
  run: () => Promise<T>,
  look: (tx: TransactionSql) => Promise<void> = async () => undefined,
): Promise<T> {
  const connection = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
  try {
    const { running } = await connection.begin(async (tx) => {
      await tx.unsafe(change);
      const started = run();
      await eventually(
        () => app.rows(waiting),
        (rows) => rows.length > 0,
      );
      await look(tx);
      return { running: started };
    });
    return await running;
  } finally {
    await connection.end();
  }
}

const waiting =
  "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";

import { expect, setDefaultTimeout, test } from "bun:test";
import postgres from "postgres";

import { createHome } from "../support/executable-home.ts";
import { runSuccessfully, startGatehouse } from "../support/executable.ts";
import { fillLargeDatabase, useLargeDatabase } from "../support/large-database.ts";
import { findLargeReads, logPlans } from "../support/logged-plans.ts";
import { startPostgresServer } from "../support/postgres-server.ts";

setDefaultTimeout(600_000);

const size = { users: 30_000, sessions: 150_000, dueRows: 2500 };

// Failure: a statement without an index for it is fast in every test, and slow once there are a million users.
test("requests, workers and retention read few rows of large tables", async () => {
  let log = "";
  const server = await startPostgresServer({ onLog: (text) => (log += text) });
  await using home = await createHome("embedded");
  const options = {
    cwd: home.cwd,
    settings: {
      DATABASE_URL: server.url,
      JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
      LOG_LEVEL: "info",
    },
  };
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
  try {
    await runSuccessfully(["migrate"], options);
    await fillLargeDatabase(sql, size);
    await logPlans(sql);
    log = "";
    await using gatehouse = await startGatehouse(options);
    await useLargeDatabase(gatehouse);
    await gatehouse.stop();

    expect(Object.fromEntries(findLargeReads(log))).toEqual({});
    expect(log).toContain('"Relation Name": "sessions"');
  } finally {
    await sql.end();
    await server.stop();
  }
});

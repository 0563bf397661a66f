import { expect, setDefaultTimeout, test } from "bun:test";
import postgres from "postgres";

import { batchSize } from "../../src/platform/db/delete-batch.ts";
import { createHome } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword } from "../support/journey.ts";
import { emailOfInserted, fillLargeDatabase } from "../support/large-database.ts";
import { findLargeReads, logPlans } from "../support/logged-plans.ts";
import { startPostgresServer } from "../support/postgres-server.ts";

setDefaultTimeout(600_000);

const size = { users: 30_000, sessions: 150_000, dueRows: 2500 };

/** A batch, and with it what is read to choose it. */
const atMost = 3 * batchSize;

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
    await runGatehouse(["migrate"], options);
    await fillLargeDatabase(sql, size);
    await logPlans(sql);
    log = "";
    await using gatehouse = await startGatehouse(options);
    await eventually(
      () => gatehouse.output.stdout.includes("expired rows deleted"),
      (isDone) => isDone,
      300,
    );

    for (const number of [1, 2, 3]) {
      const credentials = { email: emailOfInserted(number), password: goodPassword };
      const login = await gatehouse.post("/api/v1/auth/login", credentials);
      expect(login.status).toBe(200);
      const { access_token: bearer, refresh_token } = login.json.data;
      const refreshed = await gatehouse.post("/api/v1/auth/refresh", { refresh_token });
      expect(refreshed.status).toBe(200);
      for (const path of ["/users/me", "/users/me/sessions", "/auth/forward"]) {
        expect([path, (await gatehouse.call("GET", `/api/v1${path}`, { bearer })).status]).toEqual([
          path,
          200,
        ]);
      }
    }
    const unknown = { email: "unknown@large.example", password: goodPassword };
    expect((await gatehouse.post("/api/v1/auth/login", unknown)).status).toBe(401);
    expect((await gatehouse.post("/api/v1/auth/register", unknown)).status).toBe(201);
    await gatehouse.post("/api/v1/auth/forgot-password", { email: emailOfInserted(4) });
    await gatehouse.stop();

    const reads = findLargeReads(log, atMost);
    const distinct = new Map(reads.map(({ table, rows, query }) => [`${table}: ${query}`, rows]));
    expect(Object.fromEntries(distinct)).toEqual({});
    expect(log).toContain('"Relation Name": "sessions"');
  } finally {
    await sql.end();
    await server.stop();
  }
});

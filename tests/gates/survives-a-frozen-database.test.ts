import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { codeOf } from "../support/error-code.ts";
import { eventually } from "../support/eventually.ts";
import { freezePostgres } from "../support/freeze-postgres.ts";
import { startHttpLoad } from "../support/http-load.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { type PostgresServer, startPostgresServer } from "../support/postgres-server.ts";
import { race } from "../support/race.ts";
import { startTestApp, startUnready, type TestApp } from "../support/test-app.ts";

const poolSize = 4;
const callers = 40;

describe("while every process of the database server is frozen", () => {
  let server: PostgresServer;
  let app: TestApp;
  let user: SignedInUser;
  let statements = 0;

  beforeAll(async () => {
    server = await startPostgresServer();
    app = await startUnready({
      settings: {
        DATABASE_URL: server.url,
        DATABASE_POOL_SIZE: String(poolSize),
        DATABASE_TIMEOUT: "2s",
      },
      overrides: {
        onStatement: () => {
          statements += 1;
        },
      },
    });
    await app.server.ready;
    user = await signUp(app);
  });

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await server.stop();
  });

  // The bad day: a stuck disk. No timeout of the driver fires then, for the connections are open.
  // security 140
  test("each request ends at its deadline with 503, nothing piles up, and it works again afterwards", async () => {
    await using usual = await startUnready({
      settings: { DATABASE_URL: server.url, SERVICE_NAME: "usual" },
    });
    await usual.server.ready;
    const load = startHttpLoad(app, user, callers);
    await load.nextSuccess();
    const frozen = freezePostgres(server.pid);
    try {
      // Until responses that had already left the server are read.
      await Bun.sleep(200);
      const before = statements;
      const answersBefore = load.answers.length;
      // The default deadline; without one there would be no response before the thaw.
      expect((await logIn(usual, user)).json.error.code).toBe("UNAVAILABLE");
      await eventually(
        () => load.answers.length - answersBefore,
        (count) => count >= 3 * callers,
        60,
      );
      // Three deadlines of every caller have passed, and no more than the pool's statements were sent.
      expect(statements - before).toBeLessThanOrEqual(poolSize);
    } finally {
      frozen.thaw();
    }
    await load.nextSuccess();
    const { unavailable } = await load.finish();
    expect(unavailable).toBeGreaterThan(2 * callers);

    const [row] = await app.rows(
      "select count(*)::integer as backends from pg_stat_activity where application_name = current_setting('application_name')",
    );
    expect(row?.["backends"]).toBeLessThanOrEqual(poolSize);
  }, 180_000);

  // security 142
  test("the readiness check says no and the liveness check yes, however often they are asked", async () => {
    const frozen = freezePostgres(server.pid);
    try {
      const paths = ["/health", "/health/ready"];
      for (const path of [...paths, ...paths]) {
        expect((await app.call("GET", path)).status).toBe(503);
      }
      expect((await app.call("GET", "/health/live")).status).toBe(200);
    } finally {
      frozen.thaw();
    }
    expect((await app.call("GET", "/health/ready")).status).toBe(200);
  }, 60_000);
});

// The bad day: slow statements, two running and two next in line, hold every connection.
// security 140
test("responds 503 and does not hang when every connection is in use", async () => {
  await using app = await startTestApp({
    settings: { DATABASE_POOL_SIZE: "2", DATABASE_TIMEOUT: "1s" },
  });
  const user = await signUp(app);
  const me = () => app.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
  const hog = () => codeOf(app.rows("select pg_sleep(30)"));
  const running = [hog(), hog()];
  await Bun.sleep(300);
  const next = [hog(), hog()];
  const answers = await race(30, me);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));

  // The server ends such statements by itself, and their places are free again.
  await Promise.all([...running, ...next]);
  await eventually(me, ({ status }) => status === 200, 60);
}, 120_000);

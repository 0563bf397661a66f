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
/** What a busy machine may add to a deadline. */
const slackMilliseconds = 1_500;

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

  async function elapsed(work: Promise<unknown>): Promise<number> {
    const started = performance.now();
    await work;
    return performance.now() - started;
  }

  // The bad day: a stuck disk. No timeout of the driver fires then, for the connections are open.
  // security 140
  test("each request ends at its deadline with 503, nothing piles up, and it works again afterwards", async () => {
    await using usual = await startUnready({
      settings: { DATABASE_URL: server.url, SERVICE_NAME: "usual" },
    });
    await usual.server.ready;
    const load = startHttpLoad(app, user, 40);
    await load.nextSuccess();
    const frozen = freezePostgres(server.pid);
    try {
      // Until answers that had already left the server are read.
      await Bun.sleep(200);
      const before = statements;
      const answersBefore = load.answers.length;
      const answer = logIn(usual, user);
      // With the settings as they come, that is five seconds.
      expect(await elapsed(answer)).toBeLessThan(5_000 + slackMilliseconds);
      expect((await answer).json.error.code).toBe("UNAVAILABLE");
      await Bun.sleep(2_000);
      // Three deadlines of the 40 callers have passed, and no more than the pool's statements were sent.
      expect(load.answers.length - answersBefore).toBeGreaterThan(100);
      expect(statements - before).toBeLessThanOrEqual(poolSize);
    } finally {
      frozen.thaw();
    }
    expect(await load.nextSuccess()).toBeLessThan(5_000);
    const { unavailable, slowestMilliseconds } = await load.finish();
    expect(unavailable).toBeGreaterThan(100);
    expect(slowestMilliseconds).toBeLessThan(2_000 + slackMilliseconds);

    const [row] = await app.rows(
      "select count(*)::integer as backends from pg_stat_activity where application_name = current_setting('application_name')",
    );
    expect(row?.["backends"]).toBeLessThanOrEqual(poolSize);
  }, 30_000);

  // security 142
  test("it is not ready within a second, however often it is asked, and alive", async () => {
    const frozen = freezePostgres(server.pid);
    try {
      const paths = ["/health", "/health/ready"];
      for (const path of [...paths, ...paths]) {
        const answer = app.call("GET", path);
        expect(await elapsed(answer)).toBeLessThan(1_000);
        expect((await answer).status).toBe(503);
      }
      expect(await elapsed(app.call("GET", "/health/live"))).toBeLessThan(500);
    } finally {
      frozen.thaw();
    }
    expect((await app.call("GET", "/health/ready")).status).toBe(200);
  });
});

// The bad day: slow statements, two running and two next in line, hold every connection.
// security 140
test("answers 503 instead of hanging when every connection is taken", async () => {
  await using app = await startTestApp({
    settings: { DATABASE_POOL_SIZE: "2", DATABASE_TIMEOUT: "1s" },
  });
  const user = await signUp(app);
  const me = () => app.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
  const hog = () => codeOf(app.rows("select pg_sleep(30)"));
  const running = [hog(), hog()];
  await Bun.sleep(300);
  const next = [hog(), hog()];
  const started = performance.now();
  const answers = await race(30, me);
  expect(performance.now() - started).toBeLessThan(1_000 + slackMilliseconds);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));

  // The server ends such statements by itself, and their places are free again.
  await Promise.all([...running, ...next]);
  await eventually(me, ({ status }) => status === 200, 5);
}, 15_000);

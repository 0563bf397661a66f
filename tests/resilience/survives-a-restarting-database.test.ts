import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { addDestination } from "../support/events.ts";
import { eventually } from "../support/eventually.ts";
import { startHttpLoad } from "../support/http-load.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { type PostgresServer, startPostgresServer } from "../support/postgres-server.ts";
import { startTestApp, startUnready, type TestApp } from "../support/test-app.ts";

// `bun test` fails a test in which an error or rejection is not caught.

// Half an account is one without its mail, its event or its audit row; none may be left, whatever was cut off.
const halfAccounts = `
  select u.id from users u
  where not exists (select from audit_log a where a.user_id = u.id and a.action = 'user.registered')
     or not exists (select from outbox o where o.key = u.id::text and o.topic = 'mail')
     or not exists (select from events e where e.user_id = u.id and e.type = 'user.registered')
     or not exists (select from mail_challenges c where c.user_id = u.id)`;

describe("with a database server of its own", () => {
  let server: PostgresServer;
  let app: TestApp;
  let user: SignedInUser;

  beforeAll(async () => {
    server = await startPostgresServer();
    app = await startUnready({ settings: { DATABASE_URL: server.url, DATABASE_POOL_SIZE: "8" } });
    await app.server.ready;
    await addDestination(app);
    user = await signUp(app);
  });

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await server.stop();
  });

  // security 139
  test.each(["fast", "immediate"] as const)(
    "responds only with success or 503 while the server restarts (%s), and works again afterwards",
    async (mode) => {
      const load = startHttpLoad(app, user);
      await load.nextSuccess();
      await server.halt(mode);
      await eventually(
        () => app.call("GET", "/health/ready"),
        ({ status }) => status === 503,
      );
      expect((await app.call("GET", "/health/live")).status).toBe(200);
      await server.resume();
      await load.nextSuccess();
      await eventually(
        () => app.call("GET", "/health/ready"),
        ({ status }) => status === 200,
        60,
      );
      const { successes, unavailable } = await load.finish();
      expect(successes).toBeGreaterThan(0);
      expect(unavailable).toBeGreaterThan(0);
      expect(await app.rows(halfAccounts)).toEqual([]);
    },
    180_000,
  );
});

// security 139
test("responds only with success or 503 while its backends are killed, and works again", async () => {
  await using app = await startTestApp({ settings: { DATABASE_POOL_SIZE: "8" } });
  await using killer = await startTestApp();
  const database = new URL(app.platform.settings.databaseUrl ?? "").pathname.slice(1);
  const user = await signUp(app);
  const load = startHttpLoad(app, user);
  for (let killed = 0; killed < 30;) {
    await load.nextSuccess();
    const rows = await killer.rows(`
      select pg_terminate_backend(pid) from (
        select pid from pg_stat_activity where datname = '${database}' order by random() limit 3
      ) as victims`);
    killed += rows.length;
  }
  await load.nextSuccess();
  const { successes } = await load.finish();
  expect(successes).toBeGreaterThan(0);
  expect(await app.rows(halfAccounts)).toEqual([]);
}, 180_000);

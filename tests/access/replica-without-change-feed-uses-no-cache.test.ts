import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { findListeningBackends, type ListeningBackends } from "../support/listening-backends.ts";
import { type PostgresServer, startPostgresServer } from "../support/postgres-server.ts";
import { startUnready, type TestApp } from "../support/test-app.ts";

/** How long performance.md's P2 lets a replica accept a revoked token. */
const allowedMilliseconds = 100;

// The failure: a replica's listening connection is lost while a session ends at another replica.
describe("a replica without a live change feed", () => {
  let server: PostgresServer;
  let app: TestApp;
  let replica: CountedApp;
  let backends: ListeningBackends;
  let user: SignedInUser;
  let bystander: SignedInUser;

  beforeAll(async () => {
    server = await startPostgresServer();
    app = await startUnready({ settings: { DATABASE_URL: server.url } });
    await app.server.ready;
    user = await signUp(app);
    bystander = await signUp(app);
    replica = createCountedApp(app, { serviceName: "replica" });
    await replica.platform.changes.start();
    backends = findListeningBackends(server.url, "replica");
  });

  afterAll(async () => {
    await backends[Symbol.asyncDispose]();
    await replica[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
    await server.stop();
  });

  const isLive = () => replica.platform.changes.isLive();
  const me = async (bearer: string) =>
    (await replica.call("GET", "/api/v1/users/me", { bearer })).status;

  /** A new session's token that the replica has cached: another request with it takes no statement. */
  async function cachedToken(): Promise<string> {
    await eventually(isLive, Boolean);
    const token: string = (await logIn(app, user)).json.data.access_token;
    expect(await me(token)).toBe(200);
    await expectCached(token);
    return token;
  }

  /** Without notifications meanwhile, the replica takes the token from its cache. */
  async function expectCached(token: string) {
    await eventually(
      async () => {
        const before = replica.statements;
        expect(await me(token)).toBe(200);
        return replica.statements - before;
      },
      (statements) => statements === 0,
    );
  }

  async function end(token: string): Promise<void> {
    const { status } = await app.call("POST", "/api/v1/auth/logout", { bearer: token });
    expect(status).toBe(200);
  }

  /** Sends a token whose session ended at `endedAt`, repeatedly, until the feed has been live for 20 requests. */
  async function expectRefused(token: string, endedAt: number) {
    let latest = 0;
    for (let liveFor = 0; liveFor < 20; liveFor += isLive() ? 1 : 0) {
      const sentAt = performance.now();
      if ((await me(token)) === 200) latest = sentAt - endedAt;
      await Bun.sleep(1);
    }
    expect(latest).toBeLessThan(allowedMilliseconds);
  }

  // security 35
  test("refuses a session that ends before, while or after its connection is killed", async () => {
    for (const pauseMilliseconds of [0, 0, 0, 1, 1, 2, 2, 3, 5, 10, 20, 50]) {
      for (const isKilledFirst of [true, false]) {
        const token = await cachedToken();
        const steps = [() => backends.kill(), () => end(token)];
        const [first, second] = isKilledFirst ? steps : steps.toReversed();
        const under = first?.();
        await Bun.sleep(pauseMilliseconds);
        await Promise.all([under, second?.()]);
        await expectRefused(token, performance.now());
      }
    }
    await expectCached(bystander.accessToken);
  });

  // The failure: the server's process hangs. The connection stays open, and no notification arrives.
  // security 35
  test("whose connection is silent refuses an ended session, and looks up other tokens in the database", async () => {
    for (let round = 0; round < 5; round += 1) {
      const token = await cachedToken();
      await expectCached(bystander.accessToken);
      const [pid = 0] = await backends.pids();
      process.kill(pid, "SIGSTOP");
      try {
        await end(token);
        await Bun.sleep(allowedMilliseconds);
        const before = replica.statements;
        expect([await me(token), await me(bystander.accessToken)]).toEqual([401, 200]);
        expect(replica.statements - before).toBe(2);
      } finally {
        process.kill(pid, "SIGCONT");
      }
      await expectRefused(token, performance.now() - allowedMilliseconds);
      // No notification was lost: other tokens are still cached.
      await expectCached(bystander.accessToken);
    }
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { findListeningBackends, type ListeningBackends } from "../support/listening-backends.ts";
import { type PostgresServer, startPostgresServer } from "../support/postgres-server.ts";
import { startUnready, type TestApp } from "../support/test-app.ts";

/** What performance.md's P2 grants; the rest of the lease is for changes that were never told. */
const grantedMilliseconds = 100;

// The bad day: a replica's listening connection is lost at the very moment at which a session ends elsewhere.
describe("a replica that hears of no changes", () => {
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

  /** A new session's token, known to the replica: asking again takes no statement. */
  async function knownToken(): Promise<string> {
    await eventually(isLive, Boolean);
    const token: string = (await logIn(app, user)).json.data.access_token;
    expect(await me(token)).toBe(200);
    await expectKnown(token);
    return token;
  }

  /** Told of nothing new meanwhile, the replica answers from memory. */
  async function expectKnown(token: string) {
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

  /** Asks with a token that was ended at `endedAt`, again and again, until the replica has been live again for a while. */
  async function expectDead(token: string, endedAt: number) {
    let latest = 0;
    for (let liveFor = 0; liveFor < 20; liveFor += isLive() ? 1 : 0) {
      const sentAt = performance.now();
      if ((await me(token)) === 200) latest = sentAt - endedAt;
      await Bun.sleep(1);
    }
    expect(latest).toBeLessThan(grantedMilliseconds);
  }

  // security 35
  test("whose connection is killed before, while or after a session ends, accepts it nowhere", async () => {
    for (const pauseMilliseconds of [0, 0, 0, 1, 1, 2, 2, 3, 5, 10, 20, 50]) {
      for (const isKilledFirst of [true, false]) {
        const token = await knownToken();
        const steps = [() => backends.kill(), () => end(token)];
        const [first, second] = isKilledFirst ? steps : steps.toReversed();
        const under = first?.();
        await Bun.sleep(pauseMilliseconds);
        await Promise.all([under, second?.()]);
        await expectDead(token, performance.now());
      }
    }
    await expectKnown(bystander.accessToken);
  }, 30_000);

  // The bad day: the server's end hangs. Nothing is lost on the way, and nothing is said.
  // security 35
  test("whose connection has fallen silent accepts it nowhere, and others by asking the database", async () => {
    for (let round = 0; round < 5; round += 1) {
      const token = await knownToken();
      await expectKnown(bystander.accessToken);
      const [pid = 0] = await backends.pids();
      process.kill(pid, "SIGSTOP");
      try {
        await end(token);
        await Bun.sleep(grantedMilliseconds);
        const before = replica.statements;
        expect([await me(token), await me(bystander.accessToken)]).toEqual([401, 200]);
        expect(replica.statements - before).toBe(2);
      } finally {
        process.kill(pid, "SIGCONT");
      }
      await expectDead(token, performance.now() - grantedMilliseconds);
      // Nothing was missed: what it knew of others it still knows.
      await expectKnown(bystander.accessToken);
    }
  }, 30_000);
});

import { beforeAll, expect, test } from "bun:test";

import type { Change } from "../../src/platform/db/change-feed.ts";
import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { findListeningBackends } from "../support/listening-backends.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { useTestApp } from "../support/test-app.ts";

// A replica that is asked nothing lets the lease of its change feed run out. The failure: a session ends at another replica
// in this pause, and the first request after it is answered from the cache.
const app = useTestApp();
const serviceName = "resting replica";
const announced: Change[] = [];
let databaseUrl: string;
let proxy: TcpProxy;
let replica: CountedApp;
let user: SignedInUser;
let bystander: SignedInUser;

beforeAll(async () => {
  user = await signUp(app);
  bystander = await signUp(app);
  databaseUrl = app.platform.settings.databaseUrl ?? "";
  const url = new URL(databaseUrl);
  proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  app.defer(() => proxy[Symbol.asyncDispose]());
  replica = createCountedApp(app, { databaseUrl: url.href, serviceName });
  app.defer(() => replica[Symbol.asyncDispose]());
  replica.platform.changes.subscribe((change) => void announced.push(change));
  await replica.platform.changes.start();
});

const me = async (bearer: string) =>
  (await replica.call("GET", "/api/v1/users/me", { bearer })).status;

/** The statements of an accepted request. */
async function statementsOfMe(bearer: string): Promise<number> {
  const before = replica.statements;
  expect(await me(bearer)).toBe(200);
  return replica.statements - before;
}

/** A new session's token that is in the cache of the replica. */
async function cachedToken(): Promise<string> {
  const token: string = (await logIn(app, user)).json.data.access_token;
  await eventually(
    () => statementsOfMe(token),
    (statements) => statements === 0,
  );
  return token;
}

/** Longer than the pause between the heartbeats of a replica in use. */
const silentMilliseconds = 300;

/** Waits until the replica sends nothing. It is asked nothing meanwhile. */
async function untilAtRest(): Promise<void> {
  const sentInSilence = async (): Promise<number> => {
    const before = proxy.bytesSent;
    await Bun.sleep(silentMilliseconds);
    return proxy.bytesSent - before;
  };
  await eventually(sentInSilence, (bytes) => bytes === 0, 30);
}

const end = (token: string) => app.call("POST", "/api/v1/auth/logout", { bearer: token });

test("a replica that is asked nothing sends nothing, and its feed is still listening", async () => {
  await cachedToken();
  await untilAtRest();
  expect(replica.platform.changes.isListening()).toBe(true);
});

test("the first request after a pause takes a token from the cache, without a statement", async () => {
  const token = await cachedToken();
  // On a busy machine a heartbeat may take longer than a lease, and the database is read instead.
  await eventually(
    async () => {
      await untilAtRest();
      return statementsOfMe(token);
    },
    (statements) => statements === 0,
    60,
  );
}, 70_000);

test("a token that was first used at rest is cached", async () => {
  await eventually(
    async () => {
      const token: string = (await logIn(app, user)).json.data.access_token;
      await untilAtRest();
      return [await statementsOfMe(token), await statementsOfMe(token)];
    },
    ([first, second]) => first === 1 && second === 0,
    60,
  );
}, 70_000);

// security 35
test("the first request after a pause with the token of a session that ended in the pause is refused", async () => {
  for (let round = 0; round < 5; round += 1) {
    const token = await cachedToken();
    await untilAtRest();
    await end(token);
    expect(await me(token)).toBe(401);
  }
}, 60_000);

// The race: the session has ended, and its notification and the response to the heartbeat are on their way.
// security 35
test("a request at rest is not answered from the cache while the notification of a revocation is on its way", async () => {
  for (let round = 0; round < 3; round += 1) {
    const [token, other] = [await cachedToken(), bystander.accessToken];
    await untilAtRest();
    const held = proxy.holdAnswers((opening) => opening.includes(`${serviceName} changes`));
    await end(token);
    await eventually(
      () => held.count,
      (count) => count > 0,
    );
    const before = replica.statements;
    expect([await me(token), await me(other)]).toEqual([401, 200]);
    expect(replica.statements - before).toBe(2);
    expect(replica.platform.changes.isListening()).toBe(false);
    held.release();
    await eventually(
      () => statementsOfMe(other),
      (statements) => statements === 0,
    );
    expect(await me(token)).toBe(401);
  }
}, 60_000);

// The failure: the connection is lost while nothing is asked, and with it the notifications of that time.
// security 35
test("a replica whose connection is killed at rest listens again, with an empty cache", async () => {
  const token = await cachedToken();
  await untilAtRest();
  await using backends = findListeningBackends(databaseUrl, serviceName);
  announced.length = 0;
  expect(await backends.kill()).toBe(1);
  await end(token);
  await eventually(
    () => announced,
    (changes) => changes.some(({ subject }) => subject === "all"),
  );
  expect(replica.platform.changes.isListening()).toBe(true);
  expect(await me(token)).toBe(401);
});

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";

import type { LogFields } from "../../src/platform/log/port.ts";
import { createAddress } from "../../src/platform/db/connection/driver-options.ts";
import { createPostgresChangeFeed } from "../../src/platform/db/postgres-change-feed.ts";
import { createEmptyPostgresDatabase } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { findListeningBackends, type ListeningBackends } from "../support/listening-backends.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

let scratch: { url: string; drop(): Promise<void> };
let backends: ListeningBackends;

beforeAll(async () => {
  scratch = await createEmptyPostgresDatabase();
  backends = findListeningBackends(scratch.url);
});

/** The server notices the end of a connection a little later. */
const countBecomes = (count: number) => eventually(backends.pids, (pids) => pids.length === count);

// All connections of a test are closed before the next one counts.
afterEach(() => countBecomes(0));

afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await scratch.drop();
});

function createFeed(url = scratch.url, notify = backends.tell, log = quietLog) {
  const address = createAddress(url);
  return createPostgresChangeFeed({
    address,
    serviceName: "replica",
    timeoutSeconds: 1,
    notify,
    log,
  });
}

test("stopped at any time, also while it connects, it ends its connection and is not live", async () => {
  for (let round = 0; round < 30; round += 1) {
    const feed = createFeed();
    const starting = feed.start();
    await Bun.sleep(round / 2);
    await feed.stop();
    expect(feed.isLive()).toBe(false);
    await starting;
  }
});

test("stopped while the server is unavailable, it stops connecting", async () => {
  await using proxy = await startTcpProxy(Number(new URL(scratch.url).port));
  const unavailable = new URL(scratch.url);
  unavailable.port = String(proxy.port);
  await proxy[Symbol.asyncDispose]();
  const feed = createFeed(unavailable.href);
  await feed.start();
  expect(feed.isLive()).toBe(false);
  await feed.stop();
});

test("stopped while the server does not respond, it does not wait for a response", async () => {
  await using proxy = await startTcpProxy(Number(new URL(scratch.url).port));
  const silent = new URL(scratch.url);
  silent.port = String(proxy.port);
  const feed = createFeed(silent.href);
  await feed.start();
  proxy.cutSilently();
  await eventually(() => !feed.isLive(), Boolean);
  await feed.stop();
});

// The service may be stopped while it is still starting.
test("a stopped feed does not start again, and stopping twice is no error", async () => {
  const feed = createFeed();
  await feed.stop();
  await feed.start();
  expect(feed.isLive()).toBe(false);
  expect(await backends.pids()).toEqual([]);
  await feed.stop();
});

test("started twice, it has one connection", async () => {
  const feed = createFeed();
  await Promise.all([feed.start(), feed.start()]);
  await countBecomes(1);
  await feed.stop();
});

// The failure: a pooler that shares connections accepts LISTEN, and forwards no notification.
test("a feed whose notifications do not arrive is never live, and warns once", async () => {
  const warnings: string[] = [];
  const log = { ...quietLog, warn: (_: LogFields, message: string) => void warnings.push(message) };
  let sent = 0;
  const discard = async (): Promise<void> => {
    sent += 1;
  };
  const feed = createFeed(scratch.url, discard, log);
  await feed.start();
  expect(feed.isLive()).toBe(false);
  await eventually(
    () => sent,
    (count) => count === 2,
  );
  await feed.stop();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("pooler");
});

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";

import type { LogFields } from "../../src/platform/log/port.ts";
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

/** The server notices a moment later that nobody is there any more. */
const countBecomes = (count: number) => eventually(backends.pids, (pids) => pids.length === count);

// Whatever a test has opened is gone before the next one counts.
afterEach(() => countBecomes(0));

afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await scratch.drop();
});

function createFeed(url = scratch.url, notify = backends.tell, log = quietLog) {
  const applicationName = "replica changes";
  return createPostgresChangeFeed({ url, applicationName, timeoutSeconds: 1, notify, log });
}

test("stopped at any moment, also while it connects, it ends its connection and is not live", async () => {
  for (let round = 0; round < 30; round += 1) {
    const feed = createFeed();
    const starting = feed.start();
    await Bun.sleep(round / 2);
    await feed.stop();
    expect(feed.isLive()).toBe(false);
    await starting;
  }
});

test("stopped while it waits for a server that is away, it tries no more", async () => {
  await using proxy = await startTcpProxy(Number(new URL(scratch.url).port));
  const away = new URL(scratch.url);
  away.port = String(proxy.port);
  await proxy[Symbol.asyncDispose]();
  const feed = createFeed(away.href);
  await feed.start();
  expect(feed.isLive()).toBe(false);
  await feed.stop();
});

test("stopped while nothing answers, it does not wait for an answer", async () => {
  await using proxy = await startTcpProxy(Number(new URL(scratch.url).port));
  const silent = new URL(scratch.url);
  silent.port = String(proxy.port);
  const feed = createFeed(silent.href);
  await feed.start();
  proxy.cutSilently();
  await eventually(() => !feed.isLive(), Boolean);
  await feed.stop();
});

// The bad day: the service is told to stop while it is still starting.
test("what was stopped does not start again, and stopping twice is no error", async () => {
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

// The bad day: a pooler that shares connections answers LISTEN as if all were well, and passes nothing on.
test("where notifications do not arrive it never counts as live, and says so once", async () => {
  const warnings: string[] = [];
  const log = { ...quietLog, warn: (_: LogFields, message: string) => void warnings.push(message) };
  let said = 0;
  const intoTheVoid = async (): Promise<void> => {
    said += 1;
  };
  const feed = createFeed(scratch.url, intoTheVoid, log);
  await feed.start();
  expect(feed.isLive()).toBe(false);
  await eventually(
    () => said,
    (count) => count === 2,
  );
  await feed.stop();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("pooler");
});

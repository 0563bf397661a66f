import { afterAll, beforeAll, expect, test } from "bun:test";

import type { Change } from "../../src/platform/db/change-feed.ts";
import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { eventually } from "../support/eventually.ts";
import { findListeningBackends } from "../support/listening-backends.ts";
import { type PostgresServer, startPostgresServer } from "../support/postgres-server.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

/** A feed counts as live for a tenth of a second after it heard anything; the rest is for a busy machine. */
const soonMilliseconds = 500;

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgresServer();
});

afterAll(() => server.stop());

/** A replica's feed, and everything that it tells. */
function openFeed(url = server.url) {
  const database = createPostgresDatabase({
    url,
    poolSize: 1,
    timeoutSeconds: 1,
    applicationName: "replica",
    log: quietLog,
    silenceSeconds: 2,
  });
  const { changes } = database;
  const told: Change[] = [];
  changes.subscribe((change) => void told.push(change));
  const backends = findListeningBackends(server.url);
  return {
    changes,
    told,
    backends,
    live: (seconds = 5) => eventually(() => changes.isLive(), Boolean, seconds),
    lost: () => eventually(() => !changes.isLive(), Boolean, soonMilliseconds / 1000),
    /** Fails when something that is told now is not heard. */
    async hears(id: string) {
      await backends.tell(`user:${id}`);
      const isThis = (change: Change) => change.subject === "user" && change.id === id;
      await eventually(() => told.some(isThis), Boolean);
    },
    async [Symbol.asyncDispose]() {
      await backends[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

// The bad day: an administrator, or a failing network, ends the listening connection again and again.
test("a killed connection is noticed at once, and a new one takes its place, ten times in a row", async () => {
  await using feed = openFeed();
  await feed.changes.start();
  expect(feed.changes.isLive()).toBe(true);
  for (let round = 0; round < 10; round += 1) {
    await feed.hears(`${round}`);
    feed.told.length = 0;
    expect(await feed.backends.kill()).toBe(1);
    await feed.lost();
    await feed.live();
    // Whatever was remembered was forgotten before the feed counted as live.
    expect(feed.told).toContainEqual({ subject: "all", id: "" });
    expect(await feed.backends.pids()).toHaveLength(1);
  }
  await feed.hears("afterwards");
}, 15_000);

test("a restart of the server is survived", async () => {
  await using feed = openFeed();
  await feed.changes.start();
  for (const mode of ["immediate", "fast"] as const) {
    await feed.hears(`before ${mode}`);
    await server.halt(mode);
    await feed.lost();
    await server.resume();
    await feed.live();
    await feed.hears(`after ${mode}`);
  }
}, 15_000);

test("a server that is away at the start is waited for, and fails nothing", async () => {
  await using feed = openFeed();
  await server.halt("fast");
  try {
    await feed.changes.start();
    expect(feed.changes.isLive()).toBe(false);
  } finally {
    await server.resume();
  }
  await feed.live();
  await feed.hears("it is there");
}, 15_000);

// The bad day: the server's process hangs. The connection stays open, and nothing is ever heard on it.
test("silence counts as loss; what was told meanwhile is heard before the feed counts as live again", async () => {
  await using feed = openFeed();
  await feed.changes.start();
  const [pid = 0] = await feed.backends.pids();
  for (let round = 0; round < 5; round += 1) {
    await feed.live();
    process.kill(pid, "SIGSTOP");
    try {
      await feed.lost();
      await feed.backends.tell(`user:in silence ${round}`);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await feed.live();
    expect(feed.told).toContainEqual({ subject: "user", id: `in silence ${round}` });
  }
}, 15_000);

// The bad day: a failover. The old connection is never closed, and TCP would wait for a quarter of an hour.
test("a connection on a network path that is no more is given up, and a new one takes its place", async () => {
  await using proxy = await startTcpProxy(server.port);
  const url = new URL(server.url);
  url.port = String(proxy.port);
  await using feed = openFeed(url.href);
  await feed.changes.start();
  await feed.hears("by the first path");
  proxy.cutSilently();
  await feed.lost();
  await feed.live(10);
  await feed.hears("by the second path");
}, 20_000);

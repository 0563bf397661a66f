import { afterAll, beforeAll, expect, test } from "bun:test";

import type { Change } from "../../src/platform/db/change-feed.ts";
import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { eventually } from "../support/eventually.ts";
import { findListeningBackends } from "../support/listening-backends.ts";
import { type PostgresServer, startPostgresServer } from "../support/postgres-server.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

/** After so long without a notification the connection is given up and opened again. */
const silenceSeconds = 2;
/** A feed is live for 0.1 s after a notification. The bound is generous, but below `silenceSeconds`: loss is noticed first. */
const lostSeconds = 1.5;

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgresServer();
});

afterAll(() => server.stop());

/** A replica's feed, and all changes that it announces. */
function openFeed(url = server.url) {
  const database = createPostgresDatabase({
    url,
    poolSize: 1,
    timeoutSeconds: 1,
    applicationName: "replica",
    log: quietLog,
    silenceSeconds,
  });
  const { changes } = database;
  const announced: Change[] = [];
  changes.subscribe((change) => void announced.push(change));
  const backends = findListeningBackends(server.url);
  return {
    changes,
    announced,
    backends,
    live: (seconds = 5) => eventually(() => changes.isLive(), Boolean, seconds),
    lost: () => eventually(() => !changes.isLive(), Boolean, lostSeconds),
    /** Sends a notification, and fails when the feed does not announce it. */
    async expectAnnounced(id: string) {
      await backends.tell(`user:${id}`);
      const isThis = (change: Change) => change.subject === "user" && change.id === id;
      await eventually(() => announced.some(isThis), Boolean);
    },
    async [Symbol.asyncDispose]() {
      await backends[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

// The failure: an administrator or the network ends the listening connection repeatedly.
test("a killed connection is noticed at once, and a new one takes its place, ten times in a row", async () => {
  await using feed = openFeed();
  await feed.changes.start();
  expect(feed.changes.isLive()).toBe(true);
  for (let round = 0; round < 10; round += 1) {
    await feed.expectAnnounced(`${round}`);
    feed.announced.length = 0;
    expect(await feed.backends.kill()).toBe(1);
    await feed.lost();
    await feed.live();
    // All caches were emptied before the feed was live.
    expect(feed.announced).toContainEqual({ subject: "all", id: "" });
    expect(await feed.backends.pids()).toHaveLength(1);
  }
  await feed.expectAnnounced("afterwards");
});

test("the feed is live again after a restart of the server", async () => {
  await using feed = openFeed();
  await feed.changes.start();
  for (const mode of ["immediate", "fast"] as const) {
    await feed.expectAnnounced(`before ${mode}`);
    await server.halt(mode);
    await feed.lost();
    await server.resume();
    await feed.live();
    await feed.expectAnnounced(`after ${mode}`);
  }
});

test("the start succeeds while the server is unavailable, and the feed is live once the server is available", async () => {
  await using feed = openFeed();
  await server.halt("fast");
  try {
    await feed.changes.start();
    expect(feed.changes.isLive()).toBe(false);
  } finally {
    await server.resume();
  }
  await feed.live();
  await feed.expectAnnounced("once available");
});

// The failure: the server's process hangs. The connection stays open, and no notification arrives.
test("a silent feed is not live, and notifications sent meanwhile are announced before it is live again", async () => {
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
    expect(feed.announced).toContainEqual({ subject: "user", id: `in silence ${round}` });
  }
});

// The failure: a failover. The old connection is never closed, and TCP would wait for a quarter of an hour.
test("a connection over a lost network path is given up, and a new one takes its place", async () => {
  await using proxy = await startTcpProxy(server.port);
  const url = new URL(server.url);
  url.port = String(proxy.port);
  await using feed = openFeed(url.href);
  await feed.changes.start();
  await feed.expectAnnounced("by the first path");
  proxy.cutSilently();
  await feed.lost();
  await feed.live(10);
  await feed.expectAnnounced("by the second path");
});

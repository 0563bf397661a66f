import { expect, test } from "bun:test";
import { setImmediate } from "node:timers/promises";

import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { createTestDatabase } from "../support/databases.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

/** Longer than the time for which a heartbeat makes the feed live. */
const roundTripMilliseconds = 150;

// The failure: each request with a cached token waits for a heartbeat in vain, and then reads the database as well.
test("no request waits for a heartbeat that takes longer than it is good for", async () => {
  const { settings, remove } = await createTestDatabase("postgres");
  const url = new URL(settings["DATABASE_URL"] ?? "");
  await using proxy = await startTcpProxy(Number(url.port || 5432));
  url.port = String(proxy.port);
  proxy.delayAnswers(roundTripMilliseconds);
  const { changes, close } = createPostgresDatabase({
    url: url.href,
    poolSize: 1,
    timeoutSeconds: 10,
    applicationName: "replica",
    log: quietLog,
  });
  try {
    await changes.start();
    // Between two heartbeats.
    expect(changes.isListening()).toBe(true);
    const waits = setImmediate("it waits");
    expect(await Promise.race([changes.whenLive(), waits])).toBe(false);
  } finally {
    await close();
    await remove();
  }
});

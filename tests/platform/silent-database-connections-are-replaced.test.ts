import { sql } from "drizzle-orm";
import { expect, test } from "bun:test";

import { findAppError } from "../../src/kernel/errors.ts";
import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { createEmptyPostgresDatabase } from "../support/databases.ts";
import { codeOf } from "../support/error-code.ts";
import { eventually } from "../support/eventually.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

async function openThroughProxy(silenceSeconds: number) {
  const { url, drop } = await createEmptyPostgresDatabase();
  const proxy = await startTcpProxy(Number(new URL(url).port));
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  const database = createPostgresDatabase({
    url: proxied.href,
    poolSize: 3,
    timeoutSeconds: 1,
    applicationName: "proxied",
    log: quietLog,
    silenceSeconds,
  });
  const select = () =>
    database.db.execute(sql`select 1`).then(
      () => null,
      (error: unknown) => findAppError(error)?.code ?? error,
    );
  return {
    proxy,
    database,
    select,
    async [Symbol.asyncDispose]() {
      await database.close();
      await proxy[Symbol.asyncDispose]();
      await drop();
    },
  };
}

// The bad day: a failover. The old server's connections are never closed, nothing responds on them, and TCP would wait 15 minutes.
test("silent connections are replaced by new ones", async () => {
  await using scene = await openThroughProxy(2);
  const { proxy, database, select } = scene;
  expect(await Promise.all([select(), select(), select()])).toEqual([null, null, null]);
  await database.ping(1);

  proxy.cutSilently();
  const cut = await Promise.all([select(), select(), select(), select()]);
  expect(new Set(cut)).toEqual(new Set(["UNAVAILABLE"]));
  expect(await codeOf(database.ping(0.2))).toBe("UNAVAILABLE");
  // Two seconds of silence, and one in which sound connections of the same client may finish.
  await eventually(select, (code) => code === null);
  await eventually(
    () => codeOf(database.ping(0.5)),
    (code) => code === null,
  );
  expect(await Promise.all([select(), select(), select()])).toEqual([null, null, null]);
}, 25_000);

// The attack: asking for /health as fast as one can while the database hangs, so that each question waits in memory.
// security 140
test("any number of concurrent pings is one statement", async () => {
  await using scene = await openThroughProxy(30);
  const { proxy, database } = scene;
  await database.ping(1);
  proxy.cutSilently();
  const before = proxy.bytesSent;
  const pings = await Promise.all(Array.from({ length: 500 }, () => codeOf(database.ping(0.3))));
  expect(new Set(pings)).toEqual(new Set(["UNAVAILABLE"]));
  expect(await codeOf(database.ping(0.1))).toBe("UNAVAILABLE");
  // One "select 1" with its protocol is some thirty bytes.
  expect(proxy.bytesSent - before).toBeLessThan(100);
  expect(proxy.connections).toBe(1);
});

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DataDirectoryInUseError } from "../../src/platform/db/data-directory-lock.ts";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../src/platform/db/embedded-postgres.ts";
import type { Database } from "../../src/platform/db/port.ts";
import { createEmbeddedDatabase } from "../../src/platform/db/embedded.ts";
import type { WriteArchive } from "../../src/platform/db/embedded-backup.ts";
import { startForCommands, startOrJoin } from "../../src/platform/db/embedded-shared.ts";
import { readReplies, sendMessage } from "../../src/platform/db/embedded-socket.ts";
import { listenForCommands } from "../../src/platform/db/embedded-socket-server.ts";
import { eventually } from "../support/eventually.ts";
import { copyEmbeddedDatabase } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { quietLog } from "../support/quiet-log.ts";
import { race } from "../support/race.ts";

setDefaultTimeout(60_000);

const failureCode = (error: unknown): unknown => Object(error).code;
const mebibyte = 1024 * 1024;
let dataDir: string;
let free = 1000 * mebibyte;
let database: Database;
let server: EmbeddedPostgres;
let command: EmbeddedPostgres;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "gatehouse-shared-"));
  await copyEmbeddedDatabase(dataDir);
  database = createEmbeddedDatabase({
    dataDir,
    timeoutSeconds: 10,
    log: quietLog,
    freeBytes: () => free,
    startPostgres: async (options) => (server = await startForCommands(options)),
  });
  await database.open();
  command = await startOrJoin({ dataDir });
  await server.client.execute(
    "create table written (id integer primary key, text text, bytes bytea, at timestamptz default now())",
  );
});

afterAll(async () => {
  await command.close();
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

describe("a command on the data directory of a server", () => {
  test("executes its statements among those of the server", async () => {
    expect([server.isJoined, command.isJoined]).toEqual([false, true]);
    const bytes = new Uint8Array([0, 1, 255]);
    const insert = "insert into written values ($1, $2, $3) returning id, text, bytes, at";
    const given = [1, "ä 'quoted' 🙂", bytes];
    const { rows } = await command.client.query<Record<string, unknown>>(insert, given);
    expect(rows[0]).toMatchObject({ id: 1, text: "ä 'quoted' 🙂", at: expect.any(String) });
    expect([...Uint8Array.from(Object(rows[0]?.["bytes"]))]).toEqual([0, 1, 255]);
    const read = "select id, text from written where id = 1";
    const array = await server.client.query(read, [], { rowMode: "array" });
    expect((await command.client.query(read, [], { rowMode: "array" })).rows).toEqual(array.rows);
  });

  test("receives long results whole, and those of several statements in order", async () => {
    const long = "select repeat('x', 500000 + $1) as text";
    const results = await race(6, (index) => command.client.query<{ text: string }>(long, [index]));
    expect(results.map(({ rows }) => rows[0]?.text.length)).toEqual(
      [0, 1, 2, 3, 4, 5].map((index) => 500_000 + index),
    );
  });

  test("receives the errors of Postgres with their codes", async () => {
    const failure = await failureOf(command.client.query("insert into written values (1)"));
    const { code, constraint, table } = Object(failure);
    expect({ code, constraint, table }).toEqual({
      code: "23505",
      constraint: "written_pkey",
      table: "written",
    });
    expect((await failureOf(command.client.execute("nonsense"))).message).toContain("syntax error");
  });

  test("notifies the server of what it changes", async () => {
    const heard = Promise.withResolvers<string>();
    const unlisten = await server.client.listen("planted", heard.resolve);
    await command.client.query("select pg_notify('planted', 'changed')");
    expect(await heard.promise).toBe("changed");
    unlisten();
  });

  test("cannot migrate it", async () => {
    const migrating = command.client.transaction(() => Promise.resolve());
    expect((await failureOf(migrating)).message).toContain("stop it before this command");
  });

  // Bad day: a command imports users while another program fills the disk. Postgres would panic and end the server.
  test("has its writes refused while the disk is nearly full", async () => {
    const write = "insert into written values (3)";
    free = 7 * mebibyte;
    const refused = await eventually(
      () => command.client.query(write).then(() => null, failureCode),
      (code) => code !== null && code !== "23505",
    );
    expect(refused).toBe("25006");
    expect(await command.client.execute(write).then(() => null, failureCode)).toBe("25006");
    free = 1000 * mebibyte;
    await eventually(
      () =>
        command.client.execute("delete from written where id = 3").then(() => null, failureCode),
      (code) => code === null,
    );
  });

  test("does not copy a table in the only session of the server", async () => {
    const other = createEmbeddedDatabase({
      dataDir,
      timeoutSeconds: 10,
      log: quietLog,
      startPostgres: startOrJoin,
    });
    await other.open();
    expect(await other.compact("audit_log")).toBe(false);
    await other.close();
  });

  // The attack: another account of the machine connects.
  test("must have the rights of the server's account", async () => {
    const { mode } = await stat(join(dataDir, "gatehouse.sock"));
    expect(mode & 0o777).toBe(0o600);
  });
});

// Bad day: a copy of files that change meanwhile is of no use.
test("a backup that is made during writes has all of those that were acknowledged before it began", async () => {
  let acknowledged = 10;
  let running = true;
  const writing = (async () => {
    while (running) {
      const text = "y".repeat(2000);
      await server.client.query("insert into written values ($1, $2)", [acknowledged + 1, text]);
      acknowledged += 1;
      await server.client.query("update written set text = 'z' || text where id % 7 = 0");
    }
  })();
  const restored = await mkdtemp(join(tmpdir(), "gatehouse-restored-"));
  const archive = join(restored, "backup.tar");
  const sink = Bun.file(archive).writer();
  const first = acknowledged;
  await command.backUp(async (bytes) => {
    await sink.write(bytes);
    await sink.flush();
  });
  await sink.end();
  const last = acknowledged;
  running = false;
  await writing;
  expect(last).toBeGreaterThan(first);

  await Bun.$`tar -xf ${archive} -C ${restored}`.quiet();
  const { client, close } = await startEmbeddedPostgres({ dataDir: restored });
  const { rows } = await client.query<{ count: number; last: number; whole: boolean }>(
    "select count(*)::int as count, max(id) as last, bool_and(length(text) >= 2000) as whole from written where id > 10",
  );
  const [row] = rows;
  expect(row?.last).toBeGreaterThanOrEqual(first);
  expect([row?.count, row?.whole]).toEqual([(row?.last ?? 0) - 10, true]);
  const indexed = await client.query("select from pg_index where not indisvalid");
  expect(indexed.rows).toEqual([]);
  await close();
  expect((await stat(join(restored, "postgres/PG_VERSION"))).mode & 0o777).toBe(0o600);
  await rm(restored, { recursive: true });

  // The next one begins anew.
  await command.backUp(() => Promise.resolve());
});

test("a backup whose reader fails leaves the server able to make another one", async () => {
  expect(
    (await failureOf(server.backUp(() => Promise.reject(new Error("disk full"))))).message,
  ).toBe("disk full");
  await server.backUp(() => Promise.resolve());
});

test("a second backup is refused while one is made, and does not break that one", async () => {
  let second: Error | null = null;
  await command.backUp(async () => {
    second ??= await failureOf(server.backUp(() => Promise.resolve()));
  });
  expect(Object(second).message).toBe("another backup of this database is being made");
});

test("a backup whose log is deleted while it is copied fails", async () => {
  let parts = 0;
  const interrupted = server.backUp(async (bytes) => {
    const name = Buffer.from(bytes.subarray(0, 100)).toString();
    if (!/^postgres\/pg_wal\/[0-9A-F]{24}/.test(name)) return;
    parts += 1;
    await server.client.query("select pg_switch_wal()");
    await server.client.execute("create table between_parts (); drop table between_parts");
    await server.client.execute("checkpoint");
  });
  expect((await failureOf(interrupted)).message).toContain("deleted by a checkpoint");
  expect(parts).toBeGreaterThan(0);
});

test("a command that takes no part of its backup does not stop the maintenance for long", async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), "gatehouse-socket-"));
  const ended = Promise.withResolvers<void>();
  const observed = {
    ...server,
    backUp: (write: WriteArchive) => server.backUp(write).finally(ended.resolve),
  };
  const options = { dataDir: elsewhere, partTimeoutSeconds: 0.1 };
  const listening = await listenForCommands(observed, options);
  const reader = connect(join(elsewhere, "gatehouse.sock"));
  reader.pause();
  await sendMessage(reader, { kind: "backup" });
  await ended.promise;
  await server.backUp(() => Promise.resolve());
  let last: unknown;
  for await (const reply of readReplies(reader)) {
    last = reply;
    if (reply.kind === "failure") break;
  }
  expect(last).toMatchObject({
    kind: "failure",
    fault: { message: "the command took no part of the backup in time" },
  });
  listening.close();
  await rm(elsewhere, { recursive: true });
});

test("without a server that listens, a data directory in use is refused", async () => {
  const other = await mkdtemp(join(tmpdir(), "gatehouse-unshared-"));
  const alone = await startEmbeddedPostgres({ dataDir: other });
  expect(await failureOf(startOrJoin({ dataDir: other }))).toBeInstanceOf(DataDirectoryInUseError);
  await alone.close();
  await rm(other, { recursive: true });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import postgres from "postgres";
import { startPostgresServer, type PostgresServer } from "../support/postgres-server.ts";

// Several callers' statements share a connection's pipeline. The driver as published mixes them up at its edges; patches/ mends it.

let ownServer: PostgresServer | undefined;
let serverUrl = "";
const clients: postgres.Sql[] = [];

beforeAll(async () => {
  const given = process.env["TEST_DATABASE_URL"];
  if (given === undefined || given === "") ownServer = await startPostgresServer();
  serverUrl = ownServer?.url ?? given ?? "";
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end({ timeout: 0 })));
  await ownServer?.stop();
});

describe("the Postgres driver", () => {
  // The heartbeat of the change feed: the driver's types do not say that `simple: false` is needed.
  test("prepares a statement without parameters once where it is told to", async () => {
    const single = connect(1);
    const prepared = { prepare: true, simple: false };
    for (let round = 0; round < 2; round += 1) await single.unsafe("select 1", [], prepared);
    await single.unsafe("select 2", [], { prepare: true });
    // The driver reads the types of arrays by a prepared statement too.
    const held = await single.unsafe(
      "select statement from pg_prepared_statements where statement ~ '^select [12]$'",
    );
    expect(held.map((row) => String(row["statement"]))).toEqual(["select 1"]);
  });

  // Each backend has caches of its own: a few that are always used cost less than many in turn, and the others can be closed.
  test("sends a statement on the connection that was used last", async () => {
    const pool = connect(5);
    const pidsOfBurst = async () => {
      const burst = Array.from(
        { length: 5 },
        () => pool`select pg_backend_pid() as pid, pg_sleep(0.1)`,
      );
      return new Set((await Promise.all(burst)).map(([row]) => row?.["pid"]));
    };
    const pidsInTurn = async () => {
      const pids = new Set<unknown>();
      for (let count = 0; count < 10; count += 1) {
        pids.add((await pool`select pg_backend_pid() as pid`)[0]?.["pid"]);
      }
      return pids;
    };
    const all = await pidsOfBurst();
    expect(all.size).toBe(5);
    expect((await pidsInTurn()).size).toBe(1);
    expect(await pidsOfBurst()).toEqual(all);
    expect((await pidsInTurn()).size).toBe(1);
  });

  // The attack: one value that cannot be encoded, sent while others are waiting, hangs their connection.
  test("fails a statement with an unfit parameter alone", async () => {
    const single = connect(1);
    await single`select 1`;
    const answers = await Promise.allSettled([
      single`select 'before' as answer, pg_sleep(0.1)`,
      single.unsafe("select $1::timestamptz as answer", [new Date(Number.NaN)]),
      single`select 'between' as answer`,
      single.unsafe("select $1::text as answer", Array(1).fill(undefined)),
      single`select ${"after"} as answer`,
    ]);

    expect(answers.map(answerOf)).toEqual(["before", "rejected", "between", "rejected", "after"]);
    expect(answerOf((await Promise.allSettled([single`select 'later' as answer`]))[0])).toBe(
      "later",
    );
  });

  // The attack: a transaction opened at a full pipeline is never closed, and others' statements run inside it.
  test("reserves the connection of a transaction that opens at a full pipeline", async () => {
    const notices: unknown[] = [];
    const narrow = connect(2, "max_pipeline=2", (notice) => notices.push(notice["message"]));
    await Promise.all([1, 2].map(() => narrow`select pg_sleep(0.05)`));
    const answers = await Promise.allSettled([
      ...[1, 2].map(() => narrow`select 'plain' as answer, pg_sleep(0.1)`.execute()),
      ...[1, 2].map(() => narrow`select 'plain' as answer`.execute()),
      ...[1, 2, 3].map(() => narrow.begin((tx) => tx`select 'transaction' as answer`)),
    ]);

    expect(answers.map(answerOf)).toEqual([
      ...Array(4).fill("plain"),
      ...Array(3).fill("transaction"),
    ]);
    expect(notices).toEqual([]);
  });

  test("keeps a connection whose first statement was cancelled before it was open", async () => {
    const single = connect(1);
    const cancelled = single`select 'cancelled' as answer`.execute();
    await Promise.resolve();
    cancelled.cancel();

    expect(answerOf((await Promise.allSettled([cancelled]))[0])).toBe("rejected");
    expect(answerOf((await Promise.allSettled([single`select 'later' as answer`]))[0])).toBe(
      "later",
    );
  });

  // The attack: a statement that its transaction did not await runs in the next one on the connection.
  test("refuses a statement of a transaction that has ended", async () => {
    const single = connect(1);
    let speakLate = (): PromiseLike<unknown> => Promise.resolve();
    await single.begin(async (tx) => {
      await tx`select 1`;
      speakLate = () => tx`select 1`;
    });

    const [late] = await Promise.allSettled([speakLate()]);
    expect(late).toMatchObject({ status: "rejected", reason: { code: "TRANSACTION_ENDED" } });
  });
});

function connect(
  max: number,
  parameters = "",
  onnotice: (notice: postgres.Notice) => void = () => {},
): postgres.Sql {
  const client = postgres(`${serverUrl}?${parameters}`, { max, onnotice });
  clients.push(client);
  return client;
}

function answerOf(settled: PromiseSettledResult<readonly postgres.Row[]>): unknown {
  return settled.status === "fulfilled" ? settled.value[0]?.["answer"] : settled.status;
}

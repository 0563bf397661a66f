import { expect, test } from "bun:test";
import postgres from "postgres";

import { migrateUnderLock, ownMigrations } from "../../src/platform/db/migrate.ts";
import { withOneConnection } from "../../src/platform/db/one-connection.ts";
import { createEmptyPostgresDatabase } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { quietLog } from "../support/quiet-log.ts";

const before = "0008_limit_counts";
const id = (last: number) => `00000000-0000-7000-8000-${String(last).padStart(12, "0")}`;
const [oldest, lookAlike, deleted, gone] = [id(1), id(2), id(3), id(4)];

/** What an installation has stored before the migrations of 0009 and later. */
const stored = `
  insert into users (id, email, username, created_at, updated_at, deleted_at) values
    ('${oldest}', 'a@example.com', 'bill', '2026-01-01', '2026-01-01', null),
    ('${lookAlike}', 'b@example.com', 'BiI1', '2026-01-02', '2026-01-02', null),
    ('${deleted}', 'c@example.com', 'c0ra', '2026-01-03', '2026-01-03', '2026-02-01'),
    ('${gone}', 'd@example.com', 'BILL', '2025-01-01', '2025-01-01', '2026-02-01');
  insert into mail_challenges (user_id, purpose, id, email, token_hash, attempts, total_attempts, created_at, expires_at) values
    ('${oldest}', 'verify-email', '${id(11)}', 'a@example.com', 'one', 2, 3, '2026-01-01', '2026-01-02'),
    ('${oldest}', 'magic-link', '${id(12)}', 'a@example.com', 'two', 0, 4, '2026-01-03', '2026-01-04'),
    ('${lookAlike}', 'magic-link', '${id(13)}', 'b@example.com', 'three', 0, 0, '2026-01-03', '2026-01-04');
  update audit_chain set sealed_keys = '{older,newest}', head_sequence = 7, head_hash = 'head';
  insert into signing_keys (id, algorithm, generation, public_jwk, sealed_private_jwk, created_at, active_from) values
    ('first', 'EdDSA', 1, '{}', 'sealed-1', '2026-01-05 10:00:00.7+00', '2026-01-05 10:00:00.7+00'),
    ('second', 'EdDSA', 2, '{}', 'sealed-2', '2026-03-05', '2026-03-05');
  insert into outbox (id, topic, payload, sealed, created_at, available_at) values
    ('${id(21)}', 'event', '{"type": "user.created"}', null, '2026-01-01', '2026-01-01'),
    ('${id(22)}', 'mail', '{}', 'sealed-mail', '2026-01-01', '2026-01-01')`;

async function databaseBeforeUpgrade() {
  const { url, drop } = await createEmptyPostgresDatabase();
  const client = postgres(url, { max: 2, onnotice: () => undefined });
  const earlier = ownMigrations.slice(
    0,
    ownMigrations.findIndex(({ name }) => name === before) + 1,
  );
  const migrate = (migrations: typeof ownMigrations) =>
    withOneConnection(client, (db) => migrateUnderLock(db, quietLog, migrations));
  await migrate(earlier);
  expect(earlier).toHaveLength(9);
  return {
    rows: async (query: string): Promise<unknown[]> => [...(await client.unsafe(query))],
    migrate: () => migrate(ownMigrations),
    async [Symbol.asyncDispose]() {
      await client.end();
      await drop();
    },
  };
}

// security 141
test("an upgrade from 0008 keeps what was stored, in its new form", async () => {
  await using database = await databaseBeforeUpgrade();
  await database.rows(stored);
  const [clock] = await database.rows("select now()::text as started");
  await database.migrate();

  // The oldest of the look-alikes has the name; that of a deleted account is reserved, unless an account has it.
  expect(
    await database.rows(
      "select skeleton, user_id, released_at is not null as is_released from usernames order by skeleton",
    ),
  ).toEqual([
    { skeleton: "biii", user_id: oldest, is_released: false },
    { skeleton: "cora", user_id: deleted, is_released: true },
  ]);
  expect(await database.rows("select username from users order by id")).toEqual(
    ["bill", "BiI1", "c0ra", "BILL"].map((username) => ({ username })),
  );

  // The wrong codes of an address are added up; the mails of before were sent.
  expect(
    await database.rows(
      `select email, round(extract(epoch from forgotten_at - '${String(Reflect.get(Object(clock), "started"))}') / 3600)::int as hours from mail_code_attempts`,
    ),
  ).toEqual([{ email: "a@example.com", hours: 7 }]);
  expect(
    await database.rows(
      "select token_hash, attempts, mailed_at = created_at as is_mailed from mail_challenges order by id",
    ),
  ).toEqual([
    { token_hash: "one", attempts: 2, is_mailed: true },
    { token_hash: "two", attempts: 0, is_mailed: true },
    { token_hash: "three", attempts: 0, is_mailed: true },
  ]);

  expect(
    await database.rows("select keys, head_sequence::int as head, head_hash from audit_chain"),
  ).toEqual([
    {
      keys: [{ after: { sequence: 0, hash: "" }, firstRow: null, sealed: "newest" }],
      head: 7,
      head_hash: "head",
    },
  ]);

  // The installation signed with its secret first, and with the pairs from the second of the first one.
  expect(
    await database.rows(
      "select generation, algorithm, extract(epoch from active_from)::int as since from signing_algorithms order by generation",
    ),
  ).toEqual([
    { generation: 1, algorithm: "HS256", since: 0 },
    { generation: 2, algorithm: "EdDSA", since: Date.UTC(2026, 0, 5, 10) / 1000 },
  ]);
  expect(await database.rows("select sealed_private_jwk from signing_keys order by id")).toEqual([
    { sealed_private_jwk: "sealed-1" },
    { sealed_private_jwk: "sealed-2" },
  ]);

  expect(
    await database.rows(
      "select topic, payload, sealed, fairness_key, turn_at is not null as has_turn from outbox order by id",
    ),
  ).toEqual([
    { topic: "mail", payload: {}, sealed: "sealed-mail", fairness_key: null, has_turn: true },
  ]);
});

test("after an upgrade look-alikes of stored usernames are refused, and an account keeps its own", async () => {
  await using database = await databaseBeforeUpgrade();
  await database.rows(stored);
  await database.migrate();
  const rename = (user: string, username: string) =>
    database.rows(`update users set username = '${username}' where id = '${user}'`);
  await database.rows(`update users set name = 'B' where id = '${lookAlike}'`);
  for (const username of ["bi11", "C0RA"]) {
    expect((await failureOf(rename(lookAlike, username))).message).toMatch(/looks like it/);
  }
  await rename(lookAlike, "other");
  await rename(oldest, "bi11");
});

test("an empty installation is upgraded without any of these rows", async () => {
  await using database = await databaseBeforeUpgrade();
  await database.migrate();
  const [counts] = await database.rows(`select
    (select count(*)::int from usernames) as usernames,
    (select count(*)::int from signing_algorithms) as algorithms,
    (select keys from audit_chain) as keys`);
  expect(counts).toEqual({ usernames: 0, algorithms: 0, keys: [] });
});

import { expect, test } from "bun:test";

import { type AuditScene, openAuditScene } from "../support/audit-scene.ts";
import type { DatabaseKind } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";

/** Ten sealed rows. */
async function sealedScene(database: DatabaseKind = "postgres"): Promise<AuditScene> {
  const scene = await openAuditScene(database);
  await scene.write(10, { reason: "test", count: 1 });
  expect(await scene.seal()).toBe(10);
  expect((await scene.verify()).fault).toBeNull();
  return scene;
}

const change = (sequence: number, set: string) =>
  `update audit_log set ${set} where sequence = ${sequence}`;
const uuid = "00000000-0000-7000-8000-000000000000";

/** What each column could be changed to; a column that is not here has not been thought of. */
const changes: Record<string, string> = {
  id: `'${uuid}'`,
  at: "at + interval '1 microsecond'",
  action: "'user.logout'",
  result: "'success'",
  actor_kind: "'user'",
  actor_id: `'${uuid}'`,
  user_id: `'${uuid}'`,
  session_id: `'${uuid}'`,
  amr: "'{pwd}'",
  ip_address: "'192.0.2.1'",
  user_agent: "''",
  request_id: "request_id || '-changed'",
  detail: "detail || '{\"count\": 1.0}'",
  sequence: "sequence + 1000",
  hash: "(select hash from audit_log where sequence = 1)",
};

// security 122, for the owner of the tables
test("a change of any column is detected, and its row is named", async () => {
  await using scene = await sealedScene();
  const columns = await scene.rows(
    "select column_name from information_schema.columns where table_name = 'audit_log'",
  );
  expect(columns.map((row) => String(row["column_name"])).toSorted()).toEqual(
    Object.keys(changes).toSorted(),
  );
  const [original] = await scene.rows("select * from audit_log where sequence = 4");
  for (const [column, value] of Object.entries(changes)) {
    await scene.tamper("create table kept as select * from audit_log where sequence = 4");
    await scene.tamper(change(4, `${column} = ${value}`));
    const { fault } = await scene.verify();
    const expected = column === "sequence" ? /stand|row 1004|end/ : /^row 4 \(.* was changed/;
    expect([column, fault]).toEqual([column, expect.stringMatching(expected)]);
    await scene.tamper(
      "delete from audit_log where sequence = 4 or sequence > 1000 or request_id like '%-changed'",
    );
    await scene.tamper("insert into audit_log select * from kept");
    await scene.tamper("drop table kept");
    expect((await scene.verify()).fault).toBeNull();
  }
  expect(await scene.rows("select * from audit_log where sequence = 4")).toEqual([original ?? {}]);
});

test.each([
  ["the first row", "delete from audit_log where sequence = 1", /^row 1 is missing/],
  [
    "rows amid others",
    "delete from audit_log where sequence in (5, 6)",
    /^rows 5 to 6 are missing/,
  ],
  ["the last row", "delete from audit_log where sequence = 10", /^row 10 is missing/],
  ["all rows", "truncate audit_log", /^rows 1 to 10 are missing/],
])("deleting %s is detected", async (_, statement, fault) => {
  await using scene = await sealedScene();
  await scene.tamper(statement);
  expect((await scene.verify()).fault).toMatch(fault);
});

// The hashes of both are genuine, and each was made for its content.
test("swapping two rows is detected, with or without their hashes", async () => {
  await using scene = await sealedScene();
  const swap = "case sequence when 3 then 7 else 3 end";
  await scene.tamper("alter table audit_log drop constraint audit_log_sequence_unique");
  await scene.tamper(`update audit_log set sequence = ${swap} where sequence in (3, 7)`);
  expect((await scene.verify()).fault).toMatch(/^row 3 .*is in another row's place/);
  await scene.tamper(
    `update audit_log a set hash = b.hash from audit_log b
     where a.sequence in (3, 7) and b.sequence = case a.sequence when 3 then 7 else 3 end`,
  );
  expect((await scene.verify()).fault).toMatch(/^row 3 .*is in another row's place/);
});

// Attack: a copy of a row, with another content, where one batch of the check ends and the next begins.
test("a duplicate position is detected", async () => {
  await using scene = await openAuditScene("postgres");
  await scene.rows(
    `insert into audit_log (id, at, action, result, actor_kind, request_id)
     select gen_random_uuid(), now(), 'user.login', 'success', 'system', 'x'
     from generate_series(1, 2001)`,
  );
  for (let sealed = 1; sealed > 0;) sealed = await scene.seal();
  await scene.tamper("alter table audit_log drop constraint audit_log_sequence_unique");
  for (const sequence of [4, 2000, 2001]) {
    expect((await scene.verify()).fault).toBeNull();
    await scene.tamper(
      `insert into audit_log (id, at, action, result, actor_kind, request_id, sequence, hash)
       select gen_random_uuid(), at, action, 'failure', actor_kind, 'forged', sequence, hash
       from audit_log where sequence = ${sequence}`,
    );
    expect((await scene.verify()).fault).toMatch(`row ${sequence} `);
    await scene.tamper("delete from audit_log where request_id = 'forged'");
  }
});

test("an inserted row is detected, at the beginning, in the middle and at the end", async () => {
  for (const [sequence, fault] of [
    [-1, /^row -1 was added/],
    [0, /^row 0 was added/],
    [11, /set back to row 10/],
  ] as const) {
    await using scene = await sealedScene();
    await scene.tamper(
      `insert into audit_log (id, at, action, result, actor_kind, request_id, sequence, hash)
       select gen_random_uuid(), at, 'user.login', 'success', 'user', 'x', ${sequence}, hash
       from audit_log where sequence = 10`,
    );
    expect((await scene.verify()).fault).toMatch(fault);
  }
});

// The attack: the end is set back, so that what follows is sealed in the place of what was done.
test("a changed beginning or end of the chain is detected", async () => {
  await using scene = await sealedScene();
  const tenth = "(select hash from audit_log where sequence = 8)";
  await scene.tamper(`update audit_chain set head_sequence = 8, head_hash = ${tenth}`);
  expect((await scene.verify()).fault).toMatch(/^the chain's end was set back to row 8/);
  await scene.write(1);
  expect((await failureOf(scene.seal())).message).toMatch("the end was set back");
  expect((await scene.verify()).fault).toMatch(/^the chain's end was set back to row 8/);

  await using other = await sealedScene();
  await other.tamper("update audit_chain set head_hash = 'x'");
  expect((await other.verify()).fault).toMatch(/^the chain's end is not/);
  await other.write(1);
  await other.seal();
  expect((await other.verify()).fault).toMatch(/^row 11 .*was changed/);

  await using third = await sealedScene();
  await third.tamper("delete from audit_log where sequence <= 5");
  await third.tamper(
    `update audit_chain set checkpoint_sequence = 5, checkpoint_at = now(),
     checkpoint_hash = 'x', checkpoint_proof = 'x'`,
  );
  expect((await third.verify()).fault).toMatch(
    /^rows up to 5 are missing, and the service did not delete them/,
  );
});

// The attack: a key of one's own, put there as something else that was sealed and whose content is known.
test("a missing or replaced chain key is detected", async () => {
  await using scene = await sealedScene();
  await scene.tamper("update audit_chain set keys = '[]'");
  expect((await scene.verify()).fault).toMatch(/key cannot be opened/);
  await scene.write(1);
  expect((await failureOf(scene.seal())).message).toMatch("key cannot be opened");

  await scene.tamper(`update audit_chain set keys = jsonb_build_array(jsonb_build_object(
      'after', jsonb_build_object('sequence', 0, 'hash', ''), 'firstRow', null, 'sealed', '${scene.sealed("known")}'))`);
  expect((await scene.verify()).fault).toMatch(/key cannot be opened/);
  await scene.tamper("delete from audit_chain");
  expect((await scene.verify()).fault).toMatch(/audit_chain, is missing/);
  expect((await failureOf(scene.seal())).message).toMatch("audit_chain is missing");
});

// What no chain can see by itself: the newest rows cut off, and the end set back to what it was before them.
test("a truncated chain is detected by a recorded head", async () => {
  await using scene = await sealedScene();
  const { head } = await scene.verify();
  if (head === null) throw new Error("no head");
  await scene.write(2);
  await scene.seal();
  expect((await scene.verify(head)).fault).toBeNull();
  await scene.tamper("delete from audit_log where sequence > 9");
  await scene.tamper(
    "update audit_chain set head_sequence = 9, head_hash = (select hash from audit_log where sequence = 9)",
  );
  expect((await scene.verify()).fault).toBeNull();
  expect((await scene.verify(head)).fault).toMatch(/ends with row 9: rows up to 10 were cut off/);
  await scene.write(5);
  await scene.seal();
  expect((await scene.verify()).fault).toBeNull();
  expect((await scene.verify(head)).fault).toMatch(/^row 10 does not have the hash/);
});

// Nor does it matter how a session formats times and numbers.
test("the embedded database detects the same changes", async () => {
  await using scene = await sealedScene("embedded");
  await scene.rows("set timezone to 'Asia/Kathmandu'");
  await scene.rows("set datestyle to 'SQL, DMY'");
  await scene.rows("set extra_float_digits to 0");
  expect((await scene.verify()).fault).toBeNull();
  await scene.write(1);
  await scene.seal();
  await scene.rows("reset all");
  expect((await scene.verify()).fault).toBeNull();
  await scene.tamper(change(4, "result = 'success'"));
  expect((await scene.verify()).fault).toMatch(/^row 4 .*was changed/);
  await scene.tamper("delete from audit_log where sequence = 3");
  expect((await scene.verify()).fault).toMatch(/^row 3 is missing/);
});

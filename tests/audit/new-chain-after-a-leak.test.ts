import { afterEach, expect, setSystemTime, test } from "bun:test";

import { type AuditScene, openAuditScene } from "../support/audit-scene.ts";
import { databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";

afterEach(() => {
  setSystemTime();
});

const leaked = "leaked-kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only";
const fresh = "fresh-wY8zL1pC6hJ5dS0gAkF3mQ9xT2vB7nR4-tests-only";
const both = { JWT_SECRET_KEY: fresh, ENCRYPTION_KEY_PREVIOUS: leaked };
const after = { JWT_SECRET_KEY: fresh };

/** Three rows under the leaked secret. */
async function leakedScene(
  database: "postgres" | "embedded" = "postgres",
  settings: Record<string, string> = {},
) {
  const scene = await openAuditScene(database, { JWT_SECRET_KEY: leaked, ...settings });
  await scene.write(3);
  await scene.seal();
  return scene;
}

/** The first row under the newest key. */
async function firstRow(scene: AuditScene) {
  const [row] = await scene.rows(
    "select sequence::integer as sequence, detail from audit_log where action = 'audit.chain_begun' order by id desc limit 1",
  );
  return row;
}

// security 158
test.each([...databaseKinds])(
  "on %s a new chain begins with the old one's end, and both are verified",
  async (database) => {
    await using scene = await leakedScene(database);
    await scene.reseal(both);
    // Rows that no server has sealed yet: the row that begins the chain comes before them.
    await scene.write(2);
    const { head } = await scene.verify(undefined, both);
    expect(await scene.beginNewChain(after)).toEqual({ sequence: 3, hash: head?.hash ?? "" });
    expect(await firstRow(scene)).toEqual({
      sequence: 4,
      detail: {
        previous_head: `3:${head?.hash}`,
        previous_from: 1,
        previous_digest: expect.stringMatching(/^[\w-]{43}$/),
      },
    });
    expect(await scene.seal(after)).toBe(3);
    expect(await scene.verify(head ?? undefined, after)).toMatchObject({
      fault: null,
      head: { sequence: 7 },
      chains: [
        { from: 1, upTo: 3, isKeyAvailable: true },
        { from: 4, upTo: 7, isKeyAvailable: true },
      ],
    });
    // The attack: someone who knows the old secret replaces an old row. They cannot seal the end again.
    await scene.tamper("update audit_log set result = 'x' where sequence = 2");
    expect((await scene.verify(undefined, after)).fault).toMatch(/^row 2 .*was changed/);
    // Who has the leaked secret alone can neither verify nor continue the new chain.
    expect((await scene.verify()).fault).toMatch(/key cannot be opened/);
  },
);

// The bad day: the old secret is lost, and its key with it.
// security 158
test.each([...databaseKinds])(
  "on %s without the old key the old rows are compared with what the new chain says of them",
  async (database) => {
    await using scene = await leakedScene(database);
    const refused = await failureOf(scene.beginNewChain(after));
    expect(refused.message).toMatch(/ENCRYPTION_KEY_PREVIOUS.*--key-lost/);
    expect(await firstRow(scene)).toBeUndefined();

    await scene.beginNewChain(after, true);
    await scene.write(1);
    await scene.seal(after);
    expect(await scene.verify(undefined, after)).toMatchObject({
      fault: null,
      chains: [
        { from: 1, upTo: 3, isKeyAvailable: false },
        { from: 4, upTo: 5, isKeyAvailable: true },
      ],
    });
    for (const [change, back] of [
      ["update audit_log set result = 'x' where sequence = 2", "set result = 'failure'"],
      ["update audit_log set hash = 'x' where sequence = 2", null],
    ]) {
      await scene.tamper(String(change));
      expect((await scene.verify(undefined, after)).fault).toBe(
        "rows 1 to 3 are not what they were when the next chain began",
      );
      if (back) await scene.tamper(`update audit_log ${back} where sequence = 2`);
    }
    await scene.tamper("delete from audit_log where sequence = 2");
    expect((await scene.verify(undefined, after)).fault).toBe("row 2 is missing");
  },
);

// The attack: with a stored key made unreadable, altered rows would pass as rows whose key is lost.
test("an old key that is replaced does not hide a change of its rows", async () => {
  await using scene = await leakedScene();
  await scene.reseal(both);
  await scene.beginNewChain(after);
  await scene.tamper("update audit_chain set keys = jsonb_set(keys, '{0,sealed}', '\"x\"')");
  expect(await scene.verify(undefined, after)).toMatchObject({ fault: null });
  await scene.tamper("update audit_log set result = 'x' where sequence = 1");
  expect((await scene.verify(undefined, after)).fault).toMatch(/^rows 1 to 3 are not what they/);
});

// The attack: the sealed key of one chain in the place of another's.
// part of security 158
test("a key that is copied to another chain does not open there", async () => {
  await using scene = await leakedScene();
  await scene.reseal(both);
  await scene.beginNewChain(after);
  await scene.tamper(
    "update audit_chain set keys = jsonb_set(keys, '{1,sealed}', keys -> 0 -> 'sealed')",
  );
  expect((await scene.verify(undefined, after)).fault).toMatch(/key cannot be opened/);
  expect((await failureOf(scene.seal(after))).message).toMatch(/key cannot be opened/);
});

/** Takes the newest key away, and sets the log back to the end of the chain before it. */
async function dropNewestKey(scene: AuditScene): Promise<void> {
  await scene.tamper(`delete from audit_log where sequence > (${keysEnd})`);
  await scene.tamper(
    `update audit_chain set head_sequence = (${keysEnd}), head_hash = keys -> -1 -> 'after' ->> 'hash', keys = keys - -1`,
  );
}

const keysEnd = "select (keys -> -1 -> 'after' ->> 'sequence')::bigint from audit_chain";

// The attack: with the leaked key and rights in the database, someone takes the new key away, so that the log ends with rows that
// they can write, and the servers seal with the key that they know.
// security 158
test.each([...databaseKinds])(
  "on %s a log from which the newest key was removed is not intact, and is not continued",
  async (database) => {
    await using scene = await leakedScene(database);
    const settings = { ...after, AUDIT_RETENTION: "30d" };
    await scene.reseal(both);
    await scene.beginNewChain(settings);
    await scene.write(1);
    await scene.seal(settings);
    expect(await scene.verify(undefined, settings)).toMatchObject({ fault: null });

    await dropNewestKey(scene);
    await scene.write(1);
    const removed = /newest key was removed/;
    expect((await scene.verify(undefined, settings)).fault).toMatch(removed);
    expect((await failureOf(scene.seal(settings))).message).toMatch(removed);
    for (const isKeyLost of [false, true]) {
      const begun = await failureOf(scene.beginNewChain(settings, isKeyLost));
      expect(begun.message).toMatch(removed);
    }
    setSystemTime(new Date(Date.now() + 31 * 86_400_000));
    expect(await scene.deleteExpired(settings)).toBe(0);
    expect(await firstRow(scene)).toBeUndefined();
  },
);

// security 158
test("a replaced key stays a replaced one under later secrets, and among several", async () => {
  await using scene = await leakedScene();
  await scene.reseal(both);
  for (let round = 0; round < 2; round += 1) {
    await scene.beginNewChain(after);
    await scene.write(1);
    await scene.seal(after);
  }
  const later = { JWT_SECRET_KEY: leaked.replace("leaked", "later") };
  await scene.reseal({ ...later, ENCRYPTION_KEY_PREVIOUS: fresh });
  expect(await scene.verify(undefined, later)).toMatchObject({
    fault: null,
    chains: [1, 2, 3].map(() => expect.objectContaining({ isKeyAvailable: true })),
  });
  for (let round = 0; round < 2; round += 1) {
    await dropNewestKey(scene);
    expect((await scene.verify(undefined, later)).fault).toMatch(/newest key was removed/);
  }
});

// The attack: the key that was taken for lost is sealed again by a start that has its secret after all, and is then the newest one.
test("a key that was taken for lost is not kept when its secret returns", async () => {
  await using scene = await leakedScene();
  await scene.beginNewChain(after, true);
  await scene.reseal(both);
  await dropNewestKey(scene);
  expect((await scene.verify(undefined, after)).fault).toMatch(/key cannot be opened/);
  expect((await failureOf(scene.beginNewChain(after))).message).toMatch(/--key-lost/);
});

// With the new secret in the settings and no start before, the leaked key is never stored as a usable one under that secret.
test("a new chain can begin before any server starts with the new secret", async () => {
  await using scene = await leakedScene();
  await scene.beginNewChain(both);
  await scene.write(1);
  await scene.seal(after);
  expect(await scene.verify(undefined, after)).toMatchObject({
    fault: null,
    chains: [{ isKeyAvailable: true }, { isKeyAvailable: true }],
  });
});

// The bad day: a start seals the keys again while the command digests the rows. Its list of keys must not be written back.
test("keys that are sealed again while a new chain begins are not replaced by what they were", async () => {
  await using scene = await leakedScene();
  await scene.beginNewChain();
  await scene.write(1);
  await scene.seal();
  let readings = 0;
  await scene.beginNewChainWhile(async () => {
    readings += 1;
    // The third reading is of the rows to be digested; the two before verify the two chains.
    if (readings === 3) await scene.reseal(both);
  }, both);
  await scene.seal(after);
  expect(await scene.verify(undefined, after)).toMatchObject({
    fault: null,
    chains: [1, 2, 3].map(() => expect.objectContaining({ isKeyAvailable: true })),
  });
});

// The bad day: another server seals the first row under the new key between two readings of the one that is to seal it.
test("a new chain whose first row another server seals meanwhile is begun and sealed", async () => {
  await using scene = await leakedScene();
  await scene.write(2);
  let readings = 0;
  const before = await scene.beginNewChainWhile(async () => {
    readings += 1;
    // The third reading is of the row with which the chain begins; the two before verify and digest the old rows.
    if (readings === 3) expect(await scene.seal()).toBe(1);
  });
  expect(readings).toBeGreaterThan(2);
  expect(before.sequence).toBe(3);
  expect(await scene.seal()).toBe(2);
  expect(await scene.verify()).toMatchObject({ fault: null, waiting: 0, head: { sequence: 6 } });
});

// The attack: the row with which the new chain begins is deleted before a server seals it.
test("a new chain whose first row is missing is not sealed", async () => {
  await using scene = await leakedScene();
  let readings = 0;
  const failure = await failureOf(
    scene.beginNewChainWhile(async () => {
      readings += 1;
      if (readings === 3) await scene.tamper("delete from audit_log where sequence is null");
    }),
  );
  expect(failure.message).toMatch(/the row with which its newest key begins is missing/);
  await scene.write(1);
  expect((await failureOf(scene.seal())).message).toMatch(/newest key begins is missing/);
});

test("a log that is not intact, one without a chain, and a wrong --key-lost are refused", async () => {
  await using scene = await openAuditScene("postgres", { JWT_SECRET_KEY: leaked });
  expect((await failureOf(scene.beginNewChain())).message).toMatch(/no chain yet/);
  await scene.write(3);
  await scene.seal();
  expect((await failureOf(scene.beginNewChain({}, true))).message).toMatch(/leave out --key-lost/);
  await scene.tamper("update audit_log set result = 'x' where sequence = 2");
  expect((await failureOf(scene.beginNewChain())).message).toMatch(/not intact: row 2/);
  expect(await firstRow(scene)).toBeUndefined();
});

// A server that has read the chain before must not continue it with the old key.
test("servers that seal at the same time lose no row, and each row has the key of its chain", async () => {
  await using scene = await leakedScene();
  for (let round = 0; round < 5; round += 1) {
    await scene.write(20);
    await Promise.all([
      scene.seal(),
      scene.beginNewChain(),
      ...Array.from({ length: 4 }, () => scene.seal()),
    ]);
  }
  while ((await scene.seal()) > 0);
  const report = await scene.verify();
  expect(report).toMatchObject({ fault: null, waiting: 0, head: { sequence: 108 } });
  expect(report.chains).toHaveLength(6);
});

// The bad day: retention deletes the oldest rows while the command digests them.
test("rows that retention deletes while a new chain begins are no fault", async () => {
  await using scene = await leakedScene("postgres", { AUDIT_RETENTION: "30d" });
  setSystemTime(new Date(Date.now() + 31 * 86_400_000));
  await scene.write(2);
  await scene.seal();
  let readings = 0;
  await scene.beginNewChainWhile(async () => {
    readings += 1;
    // The second reading is of the rows to be digested.
    if (readings === 2) expect(await scene.deleteExpired()).toBe(3);
  });
  expect(await firstRow(scene)).toMatchObject({ sequence: 6, detail: { previous_from: 4 } });
  expect(await scene.verify()).toMatchObject({ fault: null, deletedUpTo: 3 });
});

test("retention deletes the rows of a lost key when the chain after them is old, and then the rest", async () => {
  await using scene = await leakedScene("postgres", { AUDIT_RETENTION: "30d" });
  const lost = { ...after, AUDIT_RETENTION: "30d" };
  const moveTime = (days: number) => setSystemTime(new Date(Date.now() + days * 86_400_000));
  moveTime(20);
  await scene.beginNewChain(lost, true);
  await scene.write(1);
  await scene.seal(lost);
  moveTime(15);
  expect(await scene.deleteExpired(lost)).toBe(0);
  moveTime(15.5);
  expect(await scene.deleteExpired(lost)).toBe(5);
  expect(await scene.verify(undefined, lost)).toMatchObject({ fault: null, deletedUpTo: 5 });
});

test("a checkpoint of retention is proven with the new key", async () => {
  await using scene = await leakedScene("postgres", { AUDIT_RETENTION: "30d" });
  const settings = { ...both, AUDIT_RETENTION: "30d" };
  setSystemTime(new Date(Date.now() + 31 * 86_400_000));
  expect(await scene.deleteExpired()).toBe(3);
  await scene.write(2);
  await scene.seal();
  await scene.reseal(settings);
  const proof = "select checkpoint_proof as proof from audit_chain";
  const [before] = await scene.rows(proof);
  await scene.beginNewChain(settings);
  expect(await scene.rows(proof)).not.toEqual([before]);
  expect(await scene.verify(undefined, after)).toMatchObject({ fault: null, deletedUpTo: 3 });
  await scene.tamper(`update audit_chain set checkpoint_proof = '${String(before?.["proof"])}'`);
  expect((await scene.verify(undefined, after)).fault).toMatch(/did not delete them/);
});

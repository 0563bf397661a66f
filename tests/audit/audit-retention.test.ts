import { afterEach, expect, setSystemTime, test } from "bun:test";

import { batchSize } from "../../src/platform/db/delete-batch.ts";
import { openAuditScene } from "../support/audit-scene.ts";
import { databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { race } from "../support/race.ts";

afterEach(() => {
  setSystemTime();
});

const day = 86_400_000;

function moveTime(days: number): void {
  setSystemTime(new Date(Date.now() + days * day));
}

const places = "select sequence::integer as place from audit_log order by sequence";

test.each([...databaseKinds])(
  "on %s rows older than AUDIT_RETENTION are deleted, and the rest still verifies",
  async (database) => {
    await using scene = await openAuditScene(database, { AUDIT_RETENTION: "30d" });
    await scene.write(3);
    await scene.seal();
    moveTime(10);
    await scene.write(2);
    await scene.seal();
    expect(await scene.deleteExpired()).toBe(0);

    moveTime(20.5);
    expect(await scene.deleteExpired()).toBe(3);
    expect(await scene.rows(places)).toEqual([{ place: 4 }, { place: 5 }]);
    const report = await scene.verify();
    expect(report).toMatchObject({ fault: null, deletedUpTo: 3, deletedAt: expect.any(Date) });
    expect(report.head?.sequence).toBe(5);

    // Nothing is left, and the chain goes on from where it was.
    moveTime(10);
    expect([await scene.deleteExpired(), await scene.deleteExpired()]).toEqual([2, 0]);
    expect(await scene.rows(places)).toEqual([]);
    expect((await scene.verify()).fault).toBeNull();
    await scene.write(2);
    await scene.seal();
    expect(await scene.rows(places)).toEqual([{ place: 6 }, { place: 7 }]);
    expect((await scene.verify()).fault).toBeNull();
    await scene.tamper("delete from audit_log where sequence = 6");
    expect((await scene.verify()).fault).toBe("row 6 is missing");
  },
);

test("a recorded head is compared until its row is deleted", async () => {
  await using scene = await openAuditScene("postgres", { AUDIT_RETENTION: "30d" });
  const heads = [];
  for (let count = 0; count < 3; count += 1) {
    await scene.write(1);
    await scene.seal();
    heads.push((await scene.verify()).head ?? undefined);
    moveTime(20);
  }
  expect(await scene.deleteExpired()).toBe(2);
  const [first, second, third] = heads;
  expect((await scene.verify(first)).fault).toMatch(/deleted after AUDIT_RETENTION/);
  expect((await scene.verify(second)).fault).toBeNull();
  expect((await scene.verify(third)).fault).toBeNull();
  const wrong = { sequence: 2, hash: third?.hash ?? "" };
  expect((await scene.verify(wrong)).fault).toMatch(/^row 2 does not have the hash/);
});

test("unsealed rows are kept, however old", async () => {
  await using scene = await openAuditScene("postgres", { AUDIT_RETENTION: "1d" });
  await scene.write(2);
  moveTime(5);
  expect(await scene.deleteExpired()).toBe(0);
  expect(await scene.verify()).toMatchObject({ fault: null, waiting: 2, overdue: 2 });
  await scene.seal();
  expect(await scene.deleteExpired()).toBe(2);
});

// The attack: rows dated back, or a beginning set by hand, so that retention removes the evidence.
test("altered rows are not deleted, and a forged beginning is not accepted", async () => {
  await using scene = await openAuditScene("postgres");
  await scene.write(5);
  await scene.seal();
  await scene.tamper("update audit_log set at = at - interval '2 years' where sequence <= 3");
  expect((await failureOf(scene.deleteExpired())).message).toMatch(/^row 1 .*was changed/);
  expect(await scene.rows(places)).toHaveLength(5);
  expect((await scene.verify()).fault).toMatch(/^row 1 .*was changed/);

  await using other = await openAuditScene("postgres");
  await other.write(5);
  await other.seal();
  await other.rows(
    `update audit_chain set checkpoint_sequence = 2, checkpoint_at = now(), checkpoint_proof = 'x',
     checkpoint_hash = (select hash from audit_log where sequence = 2)`,
  );
  await other.rows("delete from audit_log where sequence <= 2");
  moveTime(1000);
  expect((await failureOf(other.deleteExpired())).message).toMatch(/^rows up to 2 are missing/);
  expect((await other.verify()).fault).toMatch(/^rows up to 2 are missing/);
});

test("rows are deleted in batches by one replica at a time, and a concurrent check finds no fault", async () => {
  await using scene = await openAuditScene("postgres");
  await scene.rows(
    `insert into audit_log (id, at, action, result, actor_kind, request_id)
     select gen_random_uuid(), now() - interval '2 years', 'user.login', 'success', 'system', 'x'
     from generate_series(1, ${batchSize + 500})`,
  );
  while ((await scene.seal()) > 0);
  const deleting = race(6, () => scene.deleteExpired());
  const reports = await race(2, () => scene.verify());
  expect(reports.map(({ fault }) => fault)).toEqual([null, null]);
  const deleted = (await deleting).reduce((sum, count) => sum + count);
  const left = await scene.rows(places);
  expect(deleted + left.length).toBe(batchSize + 500);
  expect(deleted).toBeGreaterThanOrEqual(batchSize);
  while ((await scene.deleteExpired()) > 0);
  expect(await scene.rows(places)).toEqual([]);
  expect(await scene.verify()).toMatchObject({ fault: null, deletedUpTo: batchSize + 500 });
});

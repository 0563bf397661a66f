import { afterEach, expect, setSystemTime, test } from "bun:test";

import { type AuditScene, openAuditScene } from "../support/audit-scene.ts";

afterEach(() => {
  setSystemTime();
});

const day = 86_400_000;

/** Rows of which one a day expires, from tomorrow on; gives the chain's ends, one after each row. */
async function expiringScene(rows: number) {
  const scene = await openAuditScene("postgres", { AUDIT_RETENTION: `${rows}d` });
  const start = Date.now();
  const heads = [];
  for (let count = 0; count < rows; count += 1) {
    setSystemTime(new Date(start + count * day));
    await scene.write(1);
    await scene.seal();
    heads.push((await scene.verify()).head ?? undefined);
  }
  return { scene, heads };
}

/** The next day comes, and what has expired by then goes. */
async function nextDay(scene: AuditScene): Promise<void> {
  setSystemTime(new Date(Date.now() + day + 1));
  expect(await scene.deleteExpired()).toBe(1);
}

// However slow the check is, and however fast rows expire: each time it comes too late for the next row.
test("rows that expire before they are read are no fault", async () => {
  const { scene } = await expiringScene(12);
  await using _ = scene;
  let days = 0;
  const report = await scene.verifyWhile(async () => {
    if (days >= 11) return;
    days += 1;
    await nextDay(scene);
  });
  expect(days).toBe(11);
  expect(report).toMatchObject({ fault: null, deletedUpTo: 11, head: { sequence: 12 } });
});

test("all rows may expire", async () => {
  const { scene } = await expiringScene(3);
  await using _ = scene;
  let days = 0;
  const report = await scene.verifyWhile(async () => {
    days += 1;
    await nextDay(scene);
  });
  expect(days).toBe(3);
  expect(report).toMatchObject({ fault: null, deletedUpTo: 3, head: { sequence: 3 } });
});

test("a head that was compared before its row expired is not required again", async () => {
  const { scene, heads } = await expiringScene(6);
  await using _ = scene;
  await nextDay(scene);
  // It is where the chain begins at first, and gone when the rows are read.
  let days = 0;
  const report = await scene.verifyWhile(async () => {
    days += 1;
    if (days <= 3) await nextDay(scene);
  }, heads[0]);
  expect(report).toMatchObject({ fault: null, deletedUpTo: 4 });
  // One that expires before it is compared cannot be.
  setSystemTime(new Date(Date.now() + 2 * day));
  const late = await scene.verifyWhile(() => scene.deleteExpired(), heads[4]);
  expect(late.fault).toMatch(/^row 5, which you expect, was deleted after AUDIT_RETENTION/);
});

// The attack: rows are deleted by hand, and the beginning moved behind them, while the check reads.
test("a missing row that did not expire is reported, also while others expire", async () => {
  const { scene } = await expiringScene(6);
  await using _ = scene;
  await scene.tamper("delete from audit_log where sequence = 4");
  let days = 0;
  const expired = await scene.verifyWhile(async () => {
    days += 1;
    if (days <= 2) await nextDay(scene);
  });
  expect([expired.fault, expired.deletedUpTo]).toEqual(["row 4 is missing", 2]);

  const forged = await scene.verifyWhile(async () => {
    await scene.tamper(
      `update audit_chain set checkpoint_sequence = 5,
       checkpoint_hash = (select hash from audit_log where sequence = 5)`,
    );
    await scene.tamper("delete from audit_log where sequence <= 5");
  });
  expect(forged.fault).toMatch(/^rows up to 5 are missing, and the service did not delete them/);
});

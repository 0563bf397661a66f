import { expect, test } from "bun:test";

import postgres from "postgres";

import { openAuditScene } from "../support/audit-scene.ts";

// The bad day: the log was tampered with, or the chain's key is lost, and life goes on.
test("the documented statements start a new chain and keep the old rows", async () => {
  await using scene = await openAuditScene("postgres");
  await scene.write(3);
  await scene.seal();
  await scene.tamper("update audit_log set result = 'x' where sequence = 2");
  await scene.tamper("update audit_chain set keys = '[]'");
  await scene.write(1);
  expect((await scene.verify()).fault).not.toBeNull();

  const page = await Bun.file("docs/audit.md").text();
  const [, statements = ""] = /```sql\n(-- as the owner: another chain[^]*?)```/.exec(page) ?? [];
  const owner = postgres(scene.settings["DATABASE_URL"] ?? "", { max: 1 });
  await owner.unsafe(statements);
  await owner.end();

  expect(await scene.verify()).toMatchObject({ fault: null, waiting: 0 });
  await scene.write(2);
  expect(await scene.seal()).toBe(2);
  expect(await scene.verify()).toMatchObject({ fault: null, head: { sequence: 2 } });
  const before = await scene.rows("select count(*)::integer as rows from audit_log_of_before");
  expect(before).toEqual([{ rows: 4 }]);
  await scene.tamper("update audit_log set result = 'x' where sequence = 2");
  expect((await scene.verify()).fault).toMatch(/^row 2 .*was changed/);
});

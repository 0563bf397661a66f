import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import {
  pruneAuditLog,
  sealBatchSize,
  sealRows,
  verifyAuditLog,
  writeAudit,
} from "../../src/features/audit/index.ts";
import { batchSize } from "../../src/platform/db/delete-batch.ts";
import { databaseKinds } from "../support/databases.ts";
import { operatorOf } from "../support/operator.ts";
import { runCommand } from "../support/run-command.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

afterEach(() => {
  setSystemTime();
});

const day = 86_400_000;

async function sealAll(app: TestApp): Promise<void> {
  while ((await sealRows(app.platform)).count === sealBatchSize);
}

async function write(app: TestApp, count: number): Promise<void> {
  await app.rows(`insert into audit_log (id, at, action, result, actor_kind, request_id, detail)
    select gen_random_uuid(), '${new Date().toISOString()}', 'user.login', 'success', 'system', 'r',
      jsonb_build_object('padding', repeat('x', 1000)) from generate_series(1, ${count})`);
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });
  const size = async () =>
    Number((await app.rows("select pg_total_relation_size('audit_log') as size"))[0]?.["size"]);

  // security 150
  test("pruning deletes the rows of that age under a checkpoint, records it, and frees their space", async () => {
    const before = Date.now();
    setSystemTime(new Date(before - 40 * day));
    const count = batchSize + 500;
    await write(app, count);
    await sealAll(app);
    setSystemTime();
    await writeAudit(operatorOf(app), { action: "user.exported", result: "success", userId: null });
    await sealAll(app);
    const full = await size();

    const limit = new Date(before - 30 * day);
    const { deleted, isCompacted } = await pruneAuditLog(
      operatorOf(app),
      limit,
      app.platform.database,
    );
    expect([deleted, isCompacted]).toEqual([count, database === "embedded" ? true : null]);
    expect(await app.rows("select action from audit_log where action <> 'audit.pruned'")).toEqual([
      { action: "user.exported" },
    ]);
    expect(
      await app.rows(
        "select actor_kind, result, detail from audit_log where action = 'audit.pruned'",
      ),
    ).toEqual([
      { actor_kind: "operator", result: "success", detail: { before: limit.toISOString() } },
    ]);
    if (database === "embedded") expect(await size()).toBeLessThan(full / 4);
    await sealAll(app);
    expect(await verifyAuditLog(app.platform)).toMatchObject({ fault: null, deletedUpTo: count });

    const again = await pruneAuditLog(operatorOf(app), limit, app.platform.database);
    expect(again).toEqual({ deleted: 0, isCompacted: null });
    expect(await app.rows("select id from audit_log where action = 'audit.pruned'")).toHaveLength(
      1,
    );
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // Attack: the date of a row is changed, so that pruning deletes the evidence of it.
  // part of security 150
  test("a log that is not intact is not pruned", async () => {
    await write(app, 3);
    await sealAll(app);
    await app.rows("alter table audit_log disable trigger user");
    await app.rows(
      "update audit_log set at = at - interval '2 years' where sequence = (select min(sequence) from audit_log)",
    );
    await app.rows("alter table audit_log enable trigger user");
    const rows = await app.rows("select id from audit_log");
    const limit = new Date(Date.now() - 30 * day);
    const pruning = pruneAuditLog(operatorOf(app), limit, app.platform.database);
    expect(await pruning.catch(String)).toContain("was changed");
    expect(await app.rows("select id from audit_log")).toHaveLength(rows.length);
  });
});

describe("gatehouse audit prune", () => {
  const app = useTestApp();

  test("needs an age, and says how many rows it deleted", async () => {
    await write(app, 3);
    await sealAll(app);
    const wrong = await runCommand(app, "audit prune --older-than 30");
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("--older-than")]);
    const all = await runCommand(app, "audit prune --older-than 0s");
    expect([all.exitCode, all.stdout]).toMatchObject([
      0,
      expect.stringMatching(/^Rows deleted: \d+\.\n$/),
    ]);
    expect((await verifyAuditLog(app.platform)).fault).toBeNull();
  });
});

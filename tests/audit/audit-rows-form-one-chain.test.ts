import { expect, test } from "bun:test";

import postgres from "postgres";

import { createAuditSealing } from "../../src/app/jobs/audit-sealing.ts";
import { sealBatchSize, sealRows } from "../../src/features/audit/index.ts";
import { openAuditScene } from "../support/audit-scene.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, registerVerified } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const unsealed = "select id from audit_log where sequence is null";

async function allSealed(app: TestApp): Promise<void> {
  await eventually(
    () => app.rows(unsealed),
    (rows) => rows.length === 0,
  );
}

test("a server seals rows by itself, and logs the head of the chain", async () => {
  await using app = await startTestApp();
  await logIn(app, await registerVerified(app));
  await allSealed(app);
  const sealed = await app.rows("select sequence::integer as place from audit_log order by id");
  expect(sealed.map(({ place }) => place)).toEqual(sealed.map((_, index) => index + 1));
  const line = app.log.find((each) => each.includes('"audit log sealed"')) ?? "{}";
  const [sequence, hash] = String(JSON.parse(line).head).split(":");
  const rows = await app.rows(`select hash from audit_log where sequence = ${sequence}`);
  expect(rows).toEqual([{ hash }]);
});

test.each([...databaseKinds])("on %s batches follow each other without a gap", async (database) => {
  await using scene = await openAuditScene(database);
  await scene.rows(
    `insert into audit_log (id, at, action, result, actor_kind, request_id)
     select gen_random_uuid(), now(), 'user.login', 'success', 'system', 'x'
     from generate_series(1, ${sealBatchSize + 3})`,
  );
  expect(await scene.verify()).toMatchObject({ fault: null, waiting: sealBatchSize + 3 });
  expect([await scene.seal(), await scene.seal(), await scene.seal()]).toEqual([
    sealBatchSize,
    3,
    0,
  ]);
  const { fault, head, waiting } = await scene.verify();
  expect([fault, head?.sequence, waiting]).toEqual([null, sealBatchSize + 3, 0]);
});

// Bad day: replicas seal while others write, and while a statement that began earlier has yet to commit.
test("of several replicas one seals each row, and a late row comes last", async () => {
  await using app = await startTestApp();
  const replicas = [app, await app.replica(), await app.replica()];
  const user = await registerVerified(app);
  const other = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
  const late = "00000000-0000-7000-8000-000000000001";
  await other.begin(async (tx) => {
    await tx`insert into audit_log (id, at, action, result, actor_kind, request_id)
      values (${late}, now(), 'user.login', 'success', 'system', 'late')`;
    await race(60, async (index) => {
      const replica = replicas[index % 3] ?? app;
      if (index % 2 === 0) await logIn(replica, user);
      else await sealRows(replica.platform);
    });
    await allSealed(app);
  });
  await other.end();
  await allSealed(app);
  const rows = await app.rows("select id, sequence::integer as place from audit_log order by 2");
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.map(({ place }) => place)).toEqual(rows.map((_, index) => index + 1));
  expect(rows.at(-1)).toMatchObject({ id: late });
  expect(app.log.filter((line) => line.includes("job failed"))).toEqual([]);
});

// Else every sign-in would wait for the one before it.
test("a sign-in does not wait while the chain is locked", async () => {
  await using app = await startTestApp();
  const user = await registerVerified(app);
  const other = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
  await other.begin(async (tx) => {
    await tx`select from audit_chain for update`;
    await tx`lock table audit_chain in access exclusive mode`;
    const answers = await race(20, () => logIn(app, user));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect((await tx.unsafe(unsealed)).length).toBeGreaterThanOrEqual(20);
  });
  await other.end();
  await allSealed(app);
});

// Telling it each second would bury what else went wrong.
test("a chain that cannot be continued is logged once, and nothing else fails", async () => {
  await using app = await startTestApp();
  const user = await registerVerified(app);
  await allSealed(app);
  await app.rows("update audit_chain set keys = '[]'");
  const complaints = () => app.log.filter((line) => line.includes("audit log cannot be sealed"));
  await logIn(app, user);
  await eventually(complaints, (lines) => lines.length > 0);
  const sealing = createAuditSealing(app.platform);
  for (let second = 0; second < 5; second += 1) await sealing.run(new AbortController().signal);
  // One of the server's own, and one of this.
  expect(complaints()).toHaveLength(2);
  expect((await logIn(app, user)).status).toBe(200);
});

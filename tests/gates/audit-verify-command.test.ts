import { beforeAll, expect, test } from "bun:test";

import { openAuditScene } from "../support/audit-scene.ts";
import { createHome } from "../support/executable-home.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, registerVerified } from "../support/journey.ts";
import { runCommand } from "../support/run-command.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

beforeAll(async () => {
  await logIn(app, await registerVerified(app));
  await eventually(
    () => app.rows("select id from audit_log where sequence is null"),
    (rows) => rows.length === 0,
  );
});

const verify = (options = "") => runCommand(app, `audit verify${options}`);

test("an intact log is reported with its head, which a later call can compare", async () => {
  const { exitCode, stdout, stderr } = await verify();
  expect([exitCode, stderr]).toEqual([0, ""]);
  const [, rows, head] =
    /^The audit log is intact: rows 1 to (\d+)\.\nHead: (\1:[\w-]{43})\n$/.exec(stdout) ?? [];
  expect(Number(rows)).toBeGreaterThan(2);

  const again = await verify(` --expect ${head} --json`);
  expect([again.exitCode, again.stderr]).toEqual([0, ""]);
  expect(JSON.parse(again.stdout)).toEqual({
    intact: true,
    fault: null,
    head,
    rows: Number(rows),
    deleted_up_to: 0,
    deleted_at: null,
    waiting: 0,
    overdue: 0,
    chains: [{ from: 1, up_to: Number(rows), key_available: true }],
  });
  const beyond = await verify(` --expect 999999${head?.slice(head.indexOf(":"))}`);
  expect(beyond.exitCode).toBe(1);
  expect(beyond.stderr).toMatch(/^gatehouse: the audit log is not intact: .*were cut off\n$/);
});

// security 122
test("a row that was altered by hand in SQL is named, and the exit code is 1", async () => {
  const [row] = await app.rows("select id, result from audit_log where sequence = 2");
  const set = async (result: unknown) => {
    await app.rows("alter table audit_log disable trigger user");
    await app.rows(`update audit_log set result = '${String(result)}' where sequence = 2`);
    await app.rows("alter table audit_log enable trigger user");
  };
  await set("altered");
  const { exitCode, stdout, stderr } = await verify();
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(
    new RegExp(
      `^gatehouse: the audit log is not intact: row 2 \\(user\\.\\w+, id ${String(row?.["id"])}\\) was changed`,
    ),
  );
  const json = await verify(" --json");
  expect(json.exitCode).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    intact: false,
    fault: expect.stringContaining(String(row?.["id"])),
  });
  await set(row?.["result"]);
  expect((await verify()).exitCode).toBe(0);
});

test("with other secrets it reports the secrets and not that all rows are altered", async () => {
  const other = { JWT_SECRET_KEY: "zF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only" };
  const { exitCode, stderr } = await runCommand(app, "audit verify", other);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    "ENCRYPTION_KEY, or JWT_SECRET_KEY if that is unset, is not the one that sealed it",
  );
});

test("a row that is unsealed for too long causes a warning", async () => {
  await using scene = await openAuditScene("postgres");
  await scene.rows(
    `insert into audit_log (id, at, action, result, actor_kind, request_id)
     values (gen_random_uuid(), now() - interval '2 minutes', 'user.login', 'success', 'system', 'x')`,
  );
  await scene.write(2);
  const { exitCode, stdout, stderr } = await runCommand(app, "audit verify", scene.settings);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(
    "The audit log is intact: it has no sealed rows.\nRows not sealed yet, and not verified: 3.\n",
  );
  expect(stderr).toMatch(/^gatehouse: rows not sealed for more than a minute: 1\./);
});

test("wrong usage has another exit code than a log that is not intact", async () => {
  for (const options of ["x", " --expect 12", " --expect 0:x", " --jsn"]) {
    expect([options, (await verify(options)).exitCode]).toEqual([options, 2]);
  }
});

// Nothing has happened there, and there is no key.
test("a new embedded database is intact", async () => {
  await using home = await createHome("embedded");
  const { exitCode, stdout, stderr } = await runCommand(app, "audit verify", {
    DATABASE_URL: "",
    DATA_DIR: home.dataDirectory,
    LOG_LEVEL: "warn",
  });
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toBe("The audit log is intact: it has no sealed rows.\n");
});

import { expect, test } from "bun:test";

import { exportUsers, importUsers, readLines } from "../../src/features/user-import/index.ts";
import { importedHashes } from "../support/imported-hashes.ts";
import { fileOf, importFile } from "../support/import-users.ts";
import { operatorOf } from "../support/operator.ts";
import { race } from "../support/race.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp();

function crowd(name: string, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    email: `${name}-${index}@example.com`,
    username: `${name}-${index}`,
    roles: index % 100 === 0 ? ["admin"] : [],
  }));
}

/** What there is of a crowd: accounts, given roles and records. */
function countOf(name: string): Promise<Record<string, unknown>[]> {
  const importedIds = `select id from users where email like '${name}-%'`;
  return app.rows(
    `select (select count(*)::int from users where id in (${importedIds})) as users,
       (select count(*)::int from user_roles where user_id in (${importedIds})) as roles,
       (select count(*)::int from audit_log where user_id in (${importedIds}) and action = 'user.created') as records`,
  );
}

// Bad day: the machine is switched off while users move over.
test("an interrupted import can be repeated", async () => {
  const lines = crowd("half", 1300);
  const stopping = (async function* () {
    yield await Promise.resolve(Buffer.from(fileOf(lines.slice(0, 1200))));
    throw new Error("power cut");
  })();
  const options = { isDryRun: false, onFault: () => undefined };
  const stopped = importUsers(operatorOf(app), readLines(stopping), options);
  expect(await stopped.catch((error: unknown) => error)).toEqual(new Error("power cut"));
  expect(await countOf("half")).toEqual([{ users: 1000, roles: 10, records: 1000 }]);

  const file = fileOf(lines);
  const counts = { imported: 300, present: 1000, refused: 0, faults: [] };
  expect(await importFile(app, file, { isDryRun: true })).toEqual(counts);
  expect(await importFile(app, file)).toEqual(counts);
  const all = [{ users: 1300, roles: 13, records: 1300 }];
  expect(await countOf("half")).toEqual(all);
  expect(await importFile(app, file)).toEqual({ ...counts, imported: 0, present: 1300 });
  expect(await countOf("half")).toEqual(all);
});

// Bad day: two operators, or one who is impatient.
test("of concurrent imports one imports each line", async () => {
  const file = fileOf(crowd("raced", 900));
  const counts = await race(4, () => importFile(app, file));
  const imported = counts.map((count) => count.imported).reduce((sum, each) => sum + each, 0);
  const present = counts.map((count) => count.present).reduce((sum, each) => sum + each, 0);
  expect([imported, present]).toEqual([900, 2700]);
  expect(await countOf("raced")).toEqual([{ users: 900, roles: 9, records: 900 }]);
});

test("an existing account is not changed", async () => {
  const email = "stays@example.com";
  const before = { email, name: "Kept", password_hash: importedHashes["Django's bcrypt"] };
  await importFile(app, fileOf([before]));
  const rows = () => app.rows(`select * from users where email = '${email}'`);
  const stored = await rows();
  const again = { email, name: "Another", roles: ["admin"], email_verified: true };
  expect(await importFile(app, fileOf([again]))).toMatchObject({ imported: 0, present: 1 });
  expect(await rows()).toEqual(stored);
});

test("the address of a deleted account is free", async () => {
  const line = { email: "gone@example.com", username: "gone" };
  await importFile(app, fileOf([line]));
  await app.rows(`update users set deleted_at = now() where email = '${line.email}'`);
  expect(await importFile(app, fileOf([line]))).toMatchObject({ imported: 1, present: 0 });
});

test("an export can be imported elsewhere, and its export is the same", async () => {
  const lines = [
    { email: "bare@example.com", email_verified: false },
    {
      email: "full@example.com",
      username: "Full",
      name: "Full Name",
      password_hash: importedHashes["passlib's bcrypt $2y$"],
      email_verified: true,
      disabled: true,
      roles: ["admin"],
    },
    {
      email: "hashed@example.com",
      password_hash: importedHashes["Django's scrypt"],
      email_verified: true,
    },
    ...Array.from({ length: 1500 }, (_, index) => ({
      email: `page-${index}@example.com`,
      email_verified: true,
    })),
  ];
  await using source = await startTestApp();
  await importFile(source, fileOf(lines));
  await source.rows("update users set deleted_at = now() where email = 'page-7@example.com'");
  const exported = await exportOf(source);
  const expected = lines.filter(({ email }) => email !== "page-7@example.com");
  expect(
    exported
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual(expected);
  const records = "select actor_kind, user_id from audit_log where action = 'user.exported'";
  expect(await source.rows(records)).toEqual([{ actor_kind: "operator", user_id: null }]);

  await using target = await startTestApp();
  expect(await importFile(target, exported)).toMatchObject({ imported: 1502, refused: 0 });
  expect(await exportOf(target)).toBe(exported);
});

async function exportOf(source: TestApp): Promise<string> {
  let text = "";
  for await (const lines of exportUsers(operatorOf(source))) text += lines;
  return text;
}

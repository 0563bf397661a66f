import { expect, test } from "bun:test";

import { importUsers, readUsers } from "../../src/features/user-import/index.ts";
import { importedHashes } from "../support/imported-hashes.ts";
import { fileOf, importFile } from "../support/import-users.ts";
import { operatorOf } from "../support/operator.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

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
  const options = { isDryRun: false, isForeign: false, onFault: () => undefined };
  const stopped = importUsers(operatorOf(app), readUsers(stopping), options);
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

test("a line with an id is the account of that id, whatever has its address, and an account of another id is reported", async () => {
  const id = "0b7c1c5e-6a5e-4c1e-9d55-3f2f0c0a9b11";
  const line = { email: "with-id@example.com", id };
  expect(await importFile(app, fileOf([line]))).toMatchObject({ imported: 1, refused: 0 });
  expect(await importFile(app, fileOf([line]))).toMatchObject({ present: 1, refused: 0 });

  const otherId = "7f3ce1f4-58c2-4a4b-8f0a-0a4b3d7a2c22";
  const conflicts = fileOf([
    { email: line.email, id: otherId },
    { email: "moved@example.com", id: id.toUpperCase() },
  ]);
  const faults = [
    { number: 1, faults: [{ field: "email", issue: "Belongs to an account with another id." }] },
    {
      number: 2,
      faults: [
        {
          field: "id",
          issue: "Belongs to an account with another address, or to a deleted one.",
        },
      ],
    },
  ];
  const counts = { imported: 0, present: 0, refused: 2, faults };
  expect(await importFile(app, conflicts, { isDryRun: true })).toEqual(counts);
  expect(await importFile(app, conflicts)).toEqual(counts);
  expect(await importFile(app, fileOf([{ email: line.email }]))).toMatchObject({ present: 1 });

  await app.rows(`update users set deleted_at = now() where id = '${id}'`);
  expect(await importFile(app, fileOf([line]))).toMatchObject({ imported: 0, refused: 1 });
});

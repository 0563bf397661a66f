import { expect, test } from "bun:test";

import { countUnexported, exportUsers } from "../../src/features/user-import/index.ts";
import { manyKindsOfUsers } from "../support/many-kinds-of-users.ts";
import { hashedPassword } from "../support/imported-hashes.ts";
import { fileOf, importFile } from "../support/import-users.ts";
import { logIn, registerVerified } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

async function exportOf(source: TestApp): Promise<string> {
  let text = "";
  for await (const lines of exportUsers(operatorOf(source))) text += lines.text;
  return text;
}

async function createEditor({ rows }: TestApp): Promise<void> {
  await rows(
    "insert into roles (name, created_at, updated_at) values ('editor', now(), now()), ('Äther', now(), now())",
  );
}

// Each database exports and imports once: an installation moves from the embedded one to Postgres in this way.
test("what is exported, imported into an empty installation and exported again is the same", async () => {
  await using source = await startTestApp({ database: "embedded" });
  await createEditor(source);
  const registered = await registerVerified(source, {
    username: "Registered",
    name: "Rëgistered",
  });
  await importFile(source, fileOf(manyKindsOfUsers(1300)));
  await source.rows("update users set deleted_at = now() where email = 'user-7@example.com'");
  const exported = await exportOf(source);
  expect(exported.trimEnd().split("\n")).toHaveLength(1300);

  await using target = await startTestApp();
  await createEditor(target);
  expect(await importFile(target, exported)).toEqual({
    imported: 1300,
    present: 0,
    refused: 0,
    faults: [],
  });
  expect(await exportOf(target)).toBe(exported);
  const { email, password } = registered;
  expect((await logIn(target, { email, password })).status).toBe(200);
  expect(
    (await logIn(target, { email: "user-3@example.com", password: hashedPassword })).status,
  ).toBe(200);
});

test("an export has every field of a user, in a fixed order, and a record in the audit log", async () => {
  await using source = await startTestApp();
  await createEditor(source);
  const full = {
    email: "full@example.com",
    id: "0b7c1c5e-6a5e-4c1e-9d55-3f2f0c0a9b11",
    username: "Full",
    name: "Füll Ñame 全名",
    phone: "+44 20 7946 0958",
    avatar_url: "https://example.com/ada.png",
    locale: "pt-BR",
    // The database keeps members in the order of their names' lengths.
    metadata: { plan: "gold", tags: ["a", null, { b: 1.5 }], text: "line\nbreak ☃", seats: 3 },
    password_hash: "$2b$05$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm",
    email_verified: true,
    roles: ["admin", "editor", "Äther"],
    disabled: true,
    created_at: "2019-12-31T23:59:59.123Z",
  };
  const bare = {
    email: "bare@example.com",
    id: "f0000000-0000-4000-8000-000000000000",
    email_verified: false,
    created_at: "1970-01-01T00:00:00.000Z",
  };
  const lines = fileOf([full, bare]);
  expect(await importFile(source, lines)).toMatchObject({ imported: 2, faults: [] });
  expect(await exportOf(source)).toBe(lines);
  const records = "select actor_kind, user_id from audit_log where action = 'user.exported'";
  expect(await source.rows(records)).toEqual([{ actor_kind: "operator", user_id: null }]);
});

test("users with a second factor, passkeys or identities are counted, for an export does not contain these", async () => {
  await using source = await startTestApp();
  await importFile(source, fileOf(manyKindsOfUsers(5)));
  expect(await countUnexported(operatorOf(source))).toEqual(new Map());
  await source.rows(
    `insert into totp_factors (user_id, sealed_secret, created_at, confirmed_at)
     select id, 'x', now(), case when email not like 'user-4%' then now() end from users
     where email not like 'user-0%'`,
  );
  expect(await countUnexported(operatorOf(source))).toEqual(new Map([["a second factor", 3]]));
});

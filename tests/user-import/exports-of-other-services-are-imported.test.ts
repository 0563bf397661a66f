import { join } from "node:path";

import { expect, test } from "bun:test";

import {
  findFirebaseHashConfig,
  type ForeignSource,
} from "../../src/features/user-import/index.ts";
import { hashedPassword } from "../support/imported-hashes.ts";
import { chunksOf, importForeign } from "../support/import-users.ts";
import { logIn } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

function fixture(name: string): Promise<string> {
  return Bun.file(join(import.meta.dir, "fixtures", name)).text();
}

async function account(email: string): Promise<Record<string, unknown> | undefined> {
  const rows = await app.rows(
    `select id, username, name, phone, avatar_url, locale, metadata, password_hash is not null as has_password,
       email_verified_at is not null as verified, disabled_at is not null as disabled,
       to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at
     from users where email = '${email}'`,
  );
  return rows[0];
}

const anyId = expect.any(String);
const empty = {
  username: null,
  name: null,
  phone: null,
  avatar_url: null,
  locale: null,
  metadata: {},
  verified: true,
  disabled: false,
  has_password: true,
};

/** The user signs in with the password of the former service, which is then hashed with bcrypt. */
async function expectSignIn(email: string, password = hashedPassword): Promise<void> {
  expect((await logIn(app, { email, password: "Wrong-password-1" })).status).toBe(401);
  expect([email, (await logIn(app, { email, password })).status]).toEqual([email, 200]);
  const [row] = await app.rows(`select password_hash from users where email = '${email}'`);
  expect(String(row?.["password_hash"])).toStartWith("$2b$04$");
  expect((await logIn(app, { email, password })).status).toBe(200);
}

async function auth0(): Promise<ForeignSource> {
  const hashes = await fixture("auth0-password-hashes.ndjson");
  return { name: "auth0", passwordHashes: chunksOf(hashes) };
}

test("users of Auth0's bulk export sign in with the hashes of its export of password hashes", async () => {
  const file = await fixture("auth0-users.ndjson");
  const losses = new Map([
    ["an id that is not a UUID", 3],
    ["a second factor", 1],
    ["`app_metadata`", 1],
    ["linked identities", 1],
    ["a password whose hash is not in the files", 1],
  ]);
  const report = {
    present: 0,
    imported: 4,
    refused: 1,
    losses,
    leftOut: new Map(),
    unit: "line",
    faults: [{ number: 5, faults: [{ field: "email", issue: "Is missing." }] }],
  };
  expect(await importForeign(app, await auth0(), file, true)).toEqual(report);
  expect(await account("ada@auth0.example")).toBeUndefined();
  expect(await importForeign(app, await auth0(), file)).toEqual(report);
  // A second time nothing is lost, since no user is created.
  expect(await importForeign(app, await auth0(), file)).toMatchObject({
    imported: 0,
    present: 4,
    losses: new Map(),
  });

  expect(await account("ada@auth0.example")).toEqual({
    ...empty,
    id: anyId,
    username: "ada.l",
    name: "Ada Lovelace",
    avatar_url: "https://s.gravatar.com/avatar/0f1e2d?s=480&r=pg",
    metadata: { plan: "gold", colour: "grün" },
    created_at: "2019-12-06T18:36:12.396Z",
  });
  expect(await account("grace@auth0.example")).toMatchObject({
    id: "7d9c2f6e-0b1a-4c3d-9e8f-5a6b7c8d9e0f",
    name: null,
    verified: false,
    disabled: true,
    has_password: true,
  });
  expect(await account("linus@auth0.example")).toMatchObject({ locale: "en", has_password: false });
  await expectSignIn("ada@auth0.example");
});

// Attack: the user of another provider whose id there is the id of a user here would have that user's password.
test("a user of another provider does not get the hash of an Auth0 user with the same id", async () => {
  const hash = "$2b$05$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm";
  const other = "$2b$05$NPBcHEObzknMldbWia5BF.nClCoQYmnLF54CHWWeRTONXDu9cCTlC";
  const hashes = [
    { user_id: "auth0|42", passwordHash: hash },
    { user_id: "custom|42", passwordHash: other },
    { user_id: "custom|43", passwordHash: other },
  ];
  const users = ["auth0|42", "github|42", "auth0|43"].map((id) => ({
    user_id: id,
    email: `${id.replace("|", "-")}@auth0.example`,
    email_verified: true,
  }));
  const linesOf = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
  const source = { name: "auth0", passwordHashes: chunksOf(linesOf(hashes)) } as const;
  expect(await importForeign(app, source, linesOf(users))).toMatchObject({
    imported: 3,
    losses: new Map([
      ["an id that is not a UUID", 3],
      ["linked identities", 1],
      ["a password whose hash is not in the files", 1],
    ]),
  });
  const rows = await app.rows(
    "select email, password_hash from users where email like '%-4_@auth0.example' order by email",
  );
  expect(rows).toEqual([
    { email: "auth0-42@auth0.example", password_hash: `bcrypt$${hash}` },
    { email: "auth0-43@auth0.example", password_hash: null },
    { email: "github-42@auth0.example", password_hash: null },
  ]);
});

test("Auth0's export of password hashes can be imported by itself", async () => {
  const source = { name: "auth0", passwordHashes: null } as const;
  const file = await fixture("auth0-password-hashes.ndjson");
  expect(await importForeign(app, source, file)).toMatchObject({ refused: 0, faults: [] });
  expect(await account("dorothy@auth0.example")).toMatchObject({ verified: true });
  await expectSignIn("dorothy@auth0.example");
});

test("rows of Supabase's auth.users are imported from CSV and from JSON", async () => {
  const report = {
    imported: 4,
    present: 0,
    refused: 1,
    losses: new Map([
      ["an invalid `name`", 1],
      ["linked identities", 1],
      ["`raw_app_meta_data`", 1],
      ["an end of their ban", 1],
    ]),
    leftOut: new Map([
      ["anonymous users", 1],
      ["deleted users", 1],
    ]),
  };
  const source = { name: "supabase" } as const;
  const missing = [{ field: "email", issue: "Is missing." }];
  const csv = await fixture("supabase-users.csv");
  expect(await importForeign(app, source, csv)).toEqual({
    ...report,
    unit: "line",
    faults: [{ number: 8, faults: missing }],
  });
  const json = await fixture("supabase-users.json");
  const again = { ...report, imported: 0, present: 4, losses: new Map() };
  const faults = [{ number: 7, faults: missing }];
  expect(await importForeign(app, source, json)).toEqual({ ...again, unit: "user", faults });
  const users: unknown[] = JSON.parse(json);
  const lines = users.map((user) => JSON.stringify(user)).join("\n");
  expect(await importForeign(app, source, lines)).toEqual({ ...again, unit: "line", faults });

  expect(await account("ada@supabase.example")).toEqual({
    ...empty,
    id: "11111111-aaaa-4bbb-8ccc-000000000001",
    // A name has no line break: it stays in the metadata.
    name: null,
    phone: "+447700900123",
    avatar_url: "https://example.com/ada.png",
    metadata: {
      full_name: 'Ada, "the" Countess\nof Lovelace',
      avatar_url: "https://example.com/ada.png",
      plan: "gold",
    },
    created_at: "2023-05-01T12:34:56.123Z",
  });
  expect(await account("linus@supabase.example")).toMatchObject({
    verified: false,
    disabled: true,
  });
  expect(await account("joan@supabase.example")).toMatchObject({ name: "Joan", disabled: false });
  await expectSignIn("ada@supabase.example");
  await expectSignIn("grace@supabase.example", "mytestpassword");
});

test("users of a Keycloak realm sign in with PBKDF2 and Argon2 hashes", async () => {
  const report = await importForeign(
    app,
    { name: "keycloak" },
    await fixture("keycloak-realm.json"),
  );
  expect(report).toEqual({
    imported: 6,
    present: 0,
    refused: 2,
    unit: "user",
    losses: new Map([
      ["a second factor", 1],
      ["roles", 1],
      ["attributes", 1],
      ["a password that they had to change", 1],
      ["linked identities", 1],
    ]),
    leftOut: new Map([["service accounts", 1]]),
    faults: [
      { number: 8, faults: [{ field: "email", issue: "Is missing." }] },
      {
        number: 9,
        faults: [{ field: "password_hash", issue: "Must be a hash in a known format." }],
      },
    ],
  });
  expect(await account("ada@keycloak.example")).toEqual({
    ...empty,
    id: "22222222-aaaa-4bbb-8ccc-000000000001",
    username: "ada",
    name: "Ada Lovelace",
    phone: "+44 20 7946 0958",
    locale: "de",
    created_at: "2023-11-14T22:13:19.123Z",
  });
  expect(await account("grace@keycloak.example")).toMatchObject({ username: null, name: "Grace" });
  expect(await account("joan@keycloak.example")).toMatchObject({ verified: false, disabled: true });
  expect(await account("dorothy@keycloak.example")).toMatchObject({ has_password: false });
  await expectSignIn("ada@keycloak.example");
  await expectSignIn("grace@keycloak.example");
  await expectSignIn("linus@keycloak.example", "secret");
  await app.rows(
    "update users set disabled_at = null, email_verified_at = now() where email = 'joan@keycloak.example'",
  );
  await expectSignIn("joan@keycloak.example");
});

// Attack: a superuser there would be an administrator here without a decision of the operator.
test("rows of FastAPI-Users are imported, and a superuser has no rights here", async () => {
  const report = await importForeign(
    app,
    { name: "fastapi-users" },
    await fixture("fastapi-users.csv"),
  );
  expect(report).toEqual({
    imported: 3,
    present: 0,
    refused: 1,
    unit: "line",
    losses: new Map([
      ["the rights of a superuser", 1],
      ["a value of `birthdate`", 1],
      ["an id that is not a UUID", 1],
    ]),
    leftOut: new Map(),
    faults: [
      {
        number: 5,
        faults: [{ field: "password_hash", issue: "Must be a hash in a known format." }],
      },
    ],
  });
  expect(await account("grace@fastapi.example")).toMatchObject({
    id: "33333333-aaaa-4bbb-8ccc-000000000002",
    verified: true,
  });
  expect(await account("linus@fastapi.example")).toMatchObject({ verified: false, disabled: true });
  expect(await app.rows("select * from user_roles")).toEqual([]);
  await expectSignIn("ada@fastapi.example");
  await expectSignIn("grace@fastapi.example");
});

test("users of Firebase sign in with its scrypt hashes", async () => {
  const hashConfig = findFirebaseHashConfig(await fixture("firebase-hash-config.txt"));
  if (hashConfig === null) throw new Error("the parameters are not read");
  const source = { name: "firebase", hashConfig } as const;
  expect(await importForeign(app, source, await fixture("firebase-users.json"))).toEqual({
    imported: 2,
    present: 0,
    refused: 2,
    unit: "user",
    losses: new Map([
      ["custom claims", 1],
      ["an id that is not a UUID", 2],
      ["linked identities", 1],
    ]),
    leftOut: new Map(),
    faults: [
      { number: 3, faults: [{ field: "email", issue: "Is missing." }] },
      {
        number: 4,
        faults: [
          {
            field: "passwordHash",
            issue:
              "Is redacted: export with an account that may read hashes (firebaseauth.configs.getHashConfig).",
          },
        ],
      },
    ],
  });
  expect(await account("user1@test.com")).toEqual({
    ...empty,
    id: anyId,
    name: "Test User 1",
    phone: "+14155550100",
    created_at: "2017-10-25T01:12:05.123Z",
  });
  expect(await account("grace@firebase.example")).toMatchObject({
    avatar_url: "https://lh3.googleusercontent.com/a/photo",
    has_password: false,
    verified: false,
    disabled: true,
  });
  await expectSignIn("user1@test.com", "user1password");
});

test.each([
  '{"base64_signer_key": "c2VjcmV0", "base64_salt_separator": "Bw==", "rounds": 8, "mem_cost": 14}',
  "base64_signer_key=c2VjcmV0\nbase64_salt_separator=Bw==\nrounds=8\nmem_cost=14\n",
])("the parameters of Firebase are read from JSON and from lines (%#)", (text) => {
  expect(findFirebaseHashConfig(text)).toEqual({
    signerKey: "c2VjcmV0",
    saltSeparator: "Bw==",
    rounds: "8",
    memCost: "14",
  });
});

test.each(["", "{}", "base64_signer_key: c2VjcmV0,\nrounds: 8,\nmem_cost: 14", "rounds: many"])(
  "incomplete parameters of Firebase are none (%#)",
  (text) => {
    expect(findFirebaseHashConfig(text)).toBeNull();
  },
);

test.each([
  [{ name: "keycloak" }, "no json", "it is not a JSON document."],
  [{ name: "keycloak" }, '{"realm": "example"}', "it has no list of users."],
  [{ name: "supabase" }, '["a', "it is not a JSON document."],
  [{ name: "supabase" }, 'id,email\n1,"a@b.example', "the record of line 2 does not end."],
  [{ name: "fastapi-users" }, Buffer.from([0x69, 0x64, 0x0a, 0xff]), "it is not UTF-8."],
] as const)("a file in another format is refused (%#)", async (source, file, issue) => {
  const failure = await importForeign(app, source, file).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "VALIDATION_ERROR",
    message: `The file cannot be read: ${issue}`,
  });
});

test("of users whose usernames look alike, the later ones are imported without a username", async () => {
  const lineOf = (email: string, username: string) =>
    JSON.stringify({ user_id: `auth0|${email}`, email: `${email}@alike.example`, username });
  const source = { name: "auth0", passwordHashes: null } as const;
  const first = await importForeign(app, source, lineOf("one", "alex1"));
  expect(first).toMatchObject({ imported: 1, refused: 0 });
  const lost = "a username that another user has, or one that looks like it";
  const file = [lineOf("two", "alexl"), lineOf("three", "bob1"), lineOf("four", "bobl")].join("\n");
  for (const isDryRun of [true, false]) {
    const report = await importForeign(app, source, file, isDryRun);
    expect(report).toMatchObject({ imported: 3, refused: 0, faults: [] });
    expect(report.losses.get(lost)).toBe(2);
  }
  expect(await importForeign(app, source, file)).toMatchObject({ imported: 0, present: 3 });
  const rows = await app.rows(
    "select email, username from users where email like '%@alike.example' order by username, email",
  );
  expect(rows).toEqual([
    { email: "one@alike.example", username: "alex1" },
    { email: "three@alike.example", username: "bob1" },
    { email: "four@alike.example", username: null },
    { email: "two@alike.example", username: null },
  ]);
});

test("rows that cannot be read are reported by line, and all others are imported", async () => {
  const csv = [
    'email,hashed_password,name,"is_verified"',
    'one@rows.example,,"with, comma and ""quotes""",1',
    "",
    "two@rows.example",
    '"three@rows.example",,"a',
    'b",true',
    "four@rows.example,,,True",
  ].join("\r\n");
  const report = await importForeign(app, { name: "fastapi-users" }, csv);
  expect(report).toMatchObject({
    imported: 3,
    losses: new Map([["an invalid `name`", 1]]),
    faults: [
      {
        number: 4,
        faults: [{ field: "line", issue: "Does not have as many values as the first line." }],
      },
    ],
  });
  expect(await account("one@rows.example")).toMatchObject({ name: 'with, comma and "quotes"' });
  const lines = 'no json\n[1]\n{"email":"five@rows.example","id":1}\n';
  const second = await importForeign(app, { name: "auth0", passwordHashes: null }, lines);
  expect(second.faults.map(({ number }) => number)).toEqual([1, 2]);
  const list = await importForeign(app, { name: "supabase" }, '[1, {"email": "six@rows.example"}]');
  expect(list).toMatchObject({ unit: "user", imported: 1, faults: [{ number: 1 }] });
});

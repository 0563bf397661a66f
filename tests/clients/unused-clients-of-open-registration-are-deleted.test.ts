import { beforeAll, describe, expect, setSystemTime, test } from "bun:test";
import postgres from "postgres";

import { deleteUnusedClients } from "../../src/features/client-registration/index.ts";
import { createSystemContext } from "../../src/platform/platform.ts";
import { registerClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { firstRetentionRun } from "../support/first-retention-run.ts";
import { signUp } from "../support/journey.ts";
import { callback } from "../support/relying-party.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const open = { CLIENT_REGISTRATION: "open" };
const dayMilliseconds = 86_400_000;

/** What the retention job does with these clients, so many days from now. */
async function retain(app: TestApp, days = 0): Promise<number> {
  setSystemTime(new Date(Date.now() + days * dayMilliseconds));
  try {
    return await deleteUnusedClients(createSystemContext(app.platform, "retention"));
  } finally {
    setSystemTime();
  }
}

async function register(app: TestApp, name: string): Promise<string> {
  const metadata = { client_name: name, redirect_uris: [callback] };
  const { json } = await app.post("/oauth/register", metadata);
  return String(json.client_id);
}

const namesOf = async (app: TestApp) =>
  (await app.rows("select name from clients order by name")).map(({ name }) => String(name));

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings: open });

  test("one that no user used within 30 days is deleted, and that is recorded", async () => {
    await firstRetentionRun(app);
    const id = await register(app, "never used");
    expect([await retain(app, 29), await namesOf(app)]).toEqual([0, ["never used"]]);
    expect([await retain(app, 31), await namesOf(app)]).toEqual([1, []]);
    const rows = await app.rows(
      "select actor_kind, detail from audit_log where action = 'client.deleted'",
    );
    expect(rows).toEqual([
      { actor_kind: "system", detail: { client_id: id, reason: "never_used" } },
    ]);
  });
});

describe("kept are", () => {
  const app = useTestApp({ settings: open });
  let userId: string;

  beforeAll(async () => {
    await firstRetentionRun(app);
    ({ userId } = await signUp(app));
  });

  const grant = (clientId: string) =>
    app.rows(`insert into user_grants (id, user_id, client_id, scopes, granted_at)
      values ('${Bun.randomUUIDv7()}', '${userId}', '${clientId}', '{openid}', now())`);

  const session = (clientId: string) =>
    app.rows(`insert into sessions (id, user_id, amr, refresh_token_hash, refresh_token_issued_at, created_at, last_used_at, expires_at, absolute_expires_at, client_id)
      values ('${Bun.randomUUIDv7()}', '${userId}', '{pwd}', 'x', now(), now(), now(), now(), now(), '${clientId}')`);

  const change = (columns: string) => (clientId: string) =>
    app.rows(`update clients set ${columns} where client_id = '${clientId}'`);

  const cases: readonly (readonly [string, (clientId: string) => Promise<unknown>, boolean])[] = [
    ["one that a user allowed something", grant, true],
    ["one with a session, also an ended one", session, true],
    ["one that an operator changed", change("updated_at = now() + interval '1 s'"), true],
    ["one that an operator trusts", change("trusted = true"), true],
    ["one of an operator", change("created_by = 'api'"), true],
    [
      "not one of a document that was not read lately",
      change("created_by = 'metadata_document', updated_at = now()"),
      false,
    ],
    [
      "one of a document that was read lately",
      async (id) => {
        await change("created_by = 'metadata_document'")(id);
        await app.rows(`insert into client_documents values ('${id}', now() + interval '9 days')`);
      },
      true,
    ],
  ];

  test.each(cases)("%s", async (name, use, isKept) => {
    const id = await register(app, name);
    await use(id);
    await retain(app, 31);
    const found = await app.rows(`select from clients where client_id = '${id}'`);
    expect(found.length === 1).toBe(isKept);
  });

  // At a million clients a deletion that reads the whole table would not end within DATABASE_TIMEOUT.
  test("they are found by an index, and so is everything that is deleted with them", async () => {
    const other = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
    await other`set enable_seqscan = off`;
    const plan = async (query: string) =>
      (await other.unsafe(`explain ${query}`)).map((row) => String(row["QUERY PLAN"])).join("\n");
    const due =
      await plan(`select from clients where created_by in ('registration', 'metadata_document')
      and created_at <= '2020-01-01' order by created_at limit 1000`);
    const tables = [
      "user_grants",
      "authorization_codes",
      "pushed_requests",
      "device_authorizations",
      "sessions",
    ];
    const ofClient = await Promise.all(
      tables.map((table) => plan(`select from ${table} where client_id = 'x'`)),
    );
    await other.end();
    expect(due).toContain("clients_self_registered_index");
    for (const text of ofClient) expect(text).toMatch(/_client_index/);
  });
});

describe("with CLIENT_REGISTRATION=token", () => {
  const token = "an-initial-access-token-of-32-bytes!";
  const app = useTestApp({
    settings: { CLIENT_REGISTRATION: "token", CLIENT_REGISTRATION_TOKEN: token },
  });

  test("the clients that were registered with the token are kept", async () => {
    const metadata = { redirect_uris: [callback] };
    const { status } = await app.post("/oauth/register", metadata, { bearer: token });
    expect(status).toBe(201);
    expect(await retain(app, 31)).toBe(0);
  });
});

describe("with CLIENT_REGISTRATION=off, after it was `token`", () => {
  const app = useTestApp();

  test("the registered clients are kept", async () => {
    const { id } = await registerClient(app, { name: "registered", redirectUris: [callback] });
    await app.rows(`update clients set created_by = 'registration' where client_id = '${id}'`);
    expect([await retain(app, 31), await namesOf(app)]).toEqual([0, ["registered"]]);
  });
});

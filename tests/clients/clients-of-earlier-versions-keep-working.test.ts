import { expect, test } from "bun:test";
import { rm, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";

import { sha256 } from "../../src/kernel/bytes.ts";
import { migrateUnderLock, ownMigrations } from "../../src/platform/db/migrate.ts";
import { withOneConnection } from "../../src/platform/db/one-connection.ts";
import { basic, clientToken, introspect, registerClient } from "../support/clients.ts";
import { createEmptyPostgresDatabase } from "../support/databases.ts";
import { signInAdmin } from "../support/admin.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startUnready } from "../support/test-app.ts";

const id = "client_3q2-7wAAAAAAAAAAAAAAAA";
const secret = "a-secret-that-an-earlier-version-gave-out-";

/** A database of before the OpenID Provider, with a client. */
async function databaseWithOldClient() {
  const { url, drop } = await createEmptyPostgresDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "gatehouse-test-"));
  const sql = postgres(url, { max: 2, onnotice: () => undefined });
  const before = ownMigrations.findIndex(({ name }) => name === "0021_openid_provider");
  expect(before).toBeGreaterThan(0);
  await withOneConnection(sql, (db) =>
    migrateUnderLock(db, quietLog, ownMigrations.slice(0, before)),
  );
  const row = Bun.randomUUIDv7();
  await sql`insert into clients (id, client_id, name, secret_hash, created_at, updated_at)
    values (${row}, ${id}, 'billing', ${sha256(secret)}, '2026-01-01', '2026-01-01')`;
  await sql.end();
  return {
    settings: { DATABASE_URL: url, DATA_DIR: dataDir },
    async [Symbol.asyncDispose]() {
      await drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

// security 141
test("a client of before the OpenID Provider introspects tokens and gets its own after the upgrade", async () => {
  await using database = await databaseWithOldClient();
  await using app = await startUnready({ settings: database.settings });
  await app.server.ready;
  const client = { id, secret, authorization: basic(id, secret) };
  const token = await clientToken(app, client);
  const { json } = await introspect(app, client, token);
  expect(json).toMatchObject({ active: true, sub: id, client_id: id });

  const { accessToken: bearer } = await signInAdmin(app);
  const { json: listed } = await app.call("GET", "/api/v1/clients", { bearer });
  expect(listed.data.items).toEqual([
    expect.objectContaining({
      client_id: id,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      token_endpoint_auth_method: "client_secret_basic",
      trusted: false,
    }),
  ]);
  // It signs no user in, unless it is changed.
  const refused = await app.call("GET", `/oauth/authorize?client_id=${id}&redirect_uri=a%3A%2F`);
  expect(refused.status).toBe(400);
  const other = await registerClient(app, { name: "a new one" });
  expect((await introspect(app, other, token)).json.active).toBe(true);
});

import { expect, test } from "bun:test";
import { createCipheriv } from "node:crypto";

import { rotateKeys, sealedPrivateKeys } from "../../src/features/keys/index.ts";
import { mailTopic } from "../../src/features/mail/index.ts";
import { deriveKey } from "../../src/platform/secrets/secrets.ts";
import { createMemoryMailer } from "../../src/platform/mail/memory.ts";
import { databaseKinds, type DatabaseKind } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword, mailTo, signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { race } from "../support/race.ts";
import { openedMessage } from "../support/sealed-messages.ts";
import { refresh, statusOfMe } from "../support/session-calls.ts";
import { keyIdOf, signingKeyId, stolenPrivateKey } from "../support/signing-keys.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const leaked = "leaked-kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only";
const fresh = "fresh-wY8zL1pC6hJ5dS0gAkF3mQ9xT2vB7nR4-tests-only";

/** An app that signs with key pairs, sealed under the leaked secret, and whose mails do not leave. */
function leakedApp(database: DatabaseKind = "postgres") {
  const mailer = createMemoryMailer(
    { name: "Gatehouse", address: "gatehouse@example.com" },
    { now: () => new Date() },
  );
  const gate = { isMailAway: true };
  const app = startTestApp({
    database,
    settings: { JWT_SECRET_KEY: leaked, JWT_ALGORITHM: "EdDSA" },
    overrides: {
      mailer: {
        send: (message) =>
          gate.isMailAway ? Promise.reject(new Error("mail is away")) : mailer.send(message),
        close: () => mailer.close(),
      },
    },
  });
  return app.then((started) => ({ app: started, mailer, gate }));
}

const resealed = (app: TestApp) =>
  app.rows(
    "select detail from audit_log where action = 'secrets.resealed' order by detail ->> 'table'",
  );

/** How the sealed values of the keys, the messages and the audit log's chain begin. */
async function prefixes(app: TestApp): Promise<unknown[]> {
  const rows = await app.rows(`
    select split_part(sealed_private_jwk, '.', 1) as prefix from signing_keys
    union select split_part(sealed, '.', 1) from outbox where sealed is not null
    union select split_part(sealed, '.', 1) from events where sealed is not null
    union select split_part(keys -> 0 ->> 'sealed', '.', 1) from audit_chain`);
  return rows.map(({ prefix }) => `${String(prefix)}.`);
}

// The bad day: JWT_SECRET_KEY has leaked, and everything was sealed under it.
// security 158
test.each([...databaseKinds])(
  "on %s after a leak the old secret verifies no token and still opens, until all is sealed again",
  async (database) => {
    const { app, mailer, gate } = await leakedApp(database);
    await using _ = app;
    const email = freshEmail();
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    await app.server.stop(0);

    const between = await app.replica({ JWT_SECRET_KEY: fresh, ENCRYPTION_KEY_PREVIOUS: leaked });
    expect(await prefixes(between)).toEqual([between.platform.secrets.currentPrefix]);
    const counts = (await resealed(between)).map(({ detail }) => detail);
    expect(counts).toEqual([
      { table: "audit_chain", count: 1 },
      { table: "events", count: 1 },
      { table: "outbox", count: expect.any(Number) },
      { table: "signing_keys", count: 1 },
    ]);
    const logged = between.log.filter((line) => line.includes("stored secrets sealed again"));
    expect(logged).toHaveLength(4);
    await between.server.stop(0);

    gate.isMailAway = false;
    const after = await app.replica({ JWT_SECRET_KEY: fresh });
    const { token } = await mailTo({ ...after, mailer }, email);
    expect((await after.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
    expect(await resealed(after)).toHaveLength(4);
    expect(after.log.filter((line) => line.includes("cannot be opened"))).toEqual([]);
    expect(await after.rows("select id from signing_keys")).toHaveLength(1);
  },
);

// The bad day goes on: with HS256 the leaked secret must verify nothing from the restart on.
// security 158
test("ENCRYPTION_KEY_PREVIOUS verifies no token, and neither does a secret that is removed", async () => {
  await using app = await startTestApp({ settings: { JWT_SECRET_KEY: leaked } });
  const user = await signUp(app);
  const after = await app.replica({ JWT_SECRET_KEY: fresh, ENCRYPTION_KEY_PREVIOUS: leaked });
  expect(await statusOfMe(after, user.accessToken)).toBe(401);
  expect((await refresh(after, user.refreshToken)).status).toBe(401);
});

// security 158
test("replicas that start at once seal each value again once, and all sign with the same key", async () => {
  await using app = await startTestApp({
    settings: { JWT_SECRET_KEY: leaked, JWT_ALGORITHM: "EdDSA" },
  });
  const user = await signUp(app);
  const settings = { JWT_SECRET_KEY: fresh, ENCRYPTION_KEY_PREVIOUS: leaked };
  const replicas = await race(4, () => app.replica(settings));
  const keys = (await resealed(app)).filter(({ detail }) => tableOf(detail) === "signing_keys");
  expect(keys).toEqual([{ detail: { table: "signing_keys", count: 1 } }]);
  const signing = await Promise.all(replicas.map((replica) => signingKeyId(replica, user)));
  expect(new Set(signing)).toEqual(new Set([keyIdOf(user.accessToken)]));
});

// The attack: an insider who can write to the database moves a sealed value to a row that they can read the result of.
// security 158
test("a sealed value opens in its own row and column only", async () => {
  const { app } = await leakedApp();
  await using _ = app;
  for (const email of [freshEmail(), freshEmail()]) {
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
  }
  const rows = await app.rows(
    "select id, sealed from outbox where topic = 'mail' and sealed is not null order by id limit 2",
  );
  const [first, second] = rows;
  expect(openedMessage(app, first)).toContain("token");
  expect(openedMessage(app, { ...first, sealed: second?.["sealed"] })).toBe("null");

  const id = (await rotateKeys(operatorOf(app)))[0]?.id ?? "";
  const [other] = await app.rows(`select id from signing_keys where id <> '${id}'`);
  expect((await stolenPrivateKey(app, id)).text).toContain('"d"');
  const [stored] = await app.rows(`select sealed_private_jwk from signing_keys where id = '${id}'`);
  const sealed = String(stored?.["sealed_private_jwk"]);
  for (const place of [
    { column: sealedPrivateKeys.sealed, row: String(other?.["id"]) },
    { column: sealedPrivateKeys.id, row: id },
  ]) {
    expect(app.platform.secrets.open(sealed, place)).toBeNull();
    expect(app.platform.secrets.reseal(sealed, place)).toBeNull();
  }
});

// A message is not lost when the operator forgets the previous key: it waits for the restart with it.
test("a mail whose key is not in the settings waits, and is sent once the key is there", async () => {
  const { app, mailer, gate } = await leakedApp();
  await using _ = app;
  const email = freshEmail();
  await app.post("/api/v1/auth/register", { email, password: goodPassword });
  await app.server.stop(0);
  gate.isMailAway = false;
  const forgetful = await app.replica({ JWT_SECRET_KEY: fresh, JWT_ALGORITHM: "HS256" });
  await forgetful.rows("update outbox set available_at = created_at where delivered_at is null");
  forgetful.platform.outboxWritten([mailTopic]);
  const waiting = () =>
    forgetful.rows("select last_error, dead_at from outbox where topic = 'mail'");
  const [row] = await eventually(waiting, ([mail]) => String(mail?.["last_error"]).includes("key"));
  expect(row).toEqual({ last_error: expect.stringContaining("key"), dead_at: null });
  await forgetful.server.stop(0);
  const unopened = forgetful.log.filter((line) => line.includes("cannot be opened"));
  expect(unopened.join("")).toContain("ENCRYPTION_KEY_PREVIOUS");

  const after = await app.replica({ JWT_SECRET_KEY: fresh, ENCRYPTION_KEY_PREVIOUS: leaked });
  await after.rows("update outbox set available_at = created_at where delivered_at is null");
  after.platform.outboxWritten([mailTopic]);
  expect((await mailTo({ ...after, mailer }, email)).token).toMatch(/./);
});

// The bad day: the row of the chain is gone. The log cannot be sealed, and users can sign in.
test("a missing row of audit_chain does not stop the start, and is logged", async () => {
  await using app = await startTestApp();
  await app.server.stop(0);
  const gone = await app.replica({}).then(async (replica) => {
    await replica.rows("delete from audit_chain");
    await replica.server.stop(0);
    return app.replica({ JWT_SECRET_KEY: fresh });
  });
  await signUp(gone);
  const errors = gone.log.filter((line) => line.includes("audit log cannot be sealed"));
  expect(errors.join("")).toContain("the row of audit_chain is missing");
});

// An upgrade: versions before this one sealed without the place, and the start binds what they left.
test("values that were sealed without a place are bound to theirs at the start, and open in no other way", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "EdDSA" } });
  const user = await signUp(app);
  const id = keyIdOf(user.accessToken);
  const { text } = await stolenPrivateKey(app, id);
  const root = app.platform.settings.jwtSecretKey;
  await app.rows(
    `update signing_keys set sealed_private_jwk = '${sealedWithoutPlace(root, text)}'`,
  );
  const [row] = await app.rows("select sealed_private_jwk as sealed from signing_keys");
  const place = { column: sealedPrivateKeys.sealed, row: id };
  expect(app.platform.secrets.open(String(row?.["sealed"]), place)).toBeNull();
  const after = await app.replica();
  expect(await signingKeyId(after, user)).toBe(id);
  expect((await stolenPrivateKey(after, id)).text).toBe(text);
});

function sealedWithoutPlace(root: string, text: string): string {
  const nonce = Buffer.alloc(12, 7);
  const cipher = createCipheriv("aes-256-gcm", deriveKey(root, "seal"), nonce);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url");
}

function tableOf(detail: unknown): unknown {
  return Reflect.get(Object(detail), "table");
}

import { expect, test } from "bun:test";

import { hashedPassword, importedHashes } from "../support/imported-hashes.ts";
import { fileOf, importFile } from "../support/import-users.ts";
import { freshEmail, logIn } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

async function importWith(hash: string | undefined, more: object = {}): Promise<string> {
  const email = freshEmail();
  const line = { email, password_hash: hash, email_verified: true, ...more };
  expect(await importFile(app, fileOf([line]))).toMatchObject({ imported: 1, faults: [] });
  return email;
}

async function hashOf(email: string): Promise<string> {
  const [row] = await app.rows(`select password_hash from users where email = '${email}'`);
  return String(row?.["password_hash"]);
}

// security 8
test.each(Object.entries(importedHashes))(
  "with %s: the password still works, and its hash is replaced by bcrypt",
  async (_name, hash) => {
    const email = await importWith(hash);
    const imported = await hashOf(email);
    expect((await logIn(app, { email, password: "Wrong-password-1" })).status).toBe(401);
    expect(await hashOf(email)).toBe(imported);

    expect((await logIn(app, { email, password: hashedPassword })).status).toBe(200);
    const renewed = await hashOf(email);
    expect(renewed).toStartWith("$2b$04$");
    expect((await logIn(app, { email, password: hashedPassword })).status).toBe(200);
    expect((await logIn(app, { email, password: "Wrong-password-1" })).status).toBe(401);
    expect(await hashOf(email)).toBe(renewed);
  },
);

// The former service hashed the password as typed, and only its first 72 bytes.
test.each([
  ["Passwort½µ1!", "$2b$05$AI1qLQ5VLtjX83U97nwTCOWLGZ7eSPoFZx7oBY1sGn7MG1s14j/U6"],
  ["long-Password-1-".repeat(6), "$2b$05$yyHILDQ2frIekSXpgaT2JeD9ZngdbxkfNLTx7cC8kourDPoZ2IPp."],
])("%p is still the user's password", async (password, hash) => {
  const email = await importWith(hash);
  for (const _time of ["first", "second"]) {
    expect((await logIn(app, { email, password })).status).toBe(200);
    expect(await hashOf(email)).toStartWith("$2b$04$");
  }
  expect((await logIn(app, { email, password: `${password}!` })).status).toBe(401);
});

test("the user has the profile, the roles and the verification of the line", async () => {
  await app.rows(
    "insert into roles (name, created_at, updated_at) values ('editor', now(), now()) on conflict do nothing",
  );
  const hash = importedHashes["passlib's bcrypt $2b$"];
  const roles = ["user", "editor", "admin", "editor"];
  const email = await importWith(hash, { username: "Imported.Ada", name: "Ada Löwe", roles });
  const answer = await app.post("/api/v1/auth/login", {
    username: "imported.ada",
    password: hashedPassword,
  });
  expect([answer.status, answer.json.data?.user]).toEqual([
    200,
    {
      id: expect.any(String),
      email,
      username: "Imported.Ada",
      name: "Ada Löwe",
      email_verified: true,
      roles: ["user", "admin", "editor"],
    },
  ]);
});

test("unverified, disabled and password-less users are refused as such, and an import sends no mail", async () => {
  const hash = importedHashes["passlib's bcrypt $2b$"];
  const unverified = await importWith(hash, { email_verified: false });
  const disabled = await importWith(hash, { disabled: true });
  const passwordless = await importWith(undefined);
  const codes = [];
  for (const email of [unverified, disabled, passwordless]) {
    const answer = await logIn(app, { email, password: hashedPassword });
    codes.push(answer.json.error.code);
  }
  expect(codes).toEqual(["EMAIL_NOT_VERIFIED", "INVALID_CREDENTIALS", "INVALID_CREDENTIALS"]);
  const schedule = app.platform.settings.verifyRemindersSeconds;
  expect(schedule.length).toBeGreaterThan(0);
  expect(
    await app.rows(`select verify_reminders_sent from users where email = '${unverified}'`),
  ).toEqual([{ verify_reminders_sent: schedule.length }]);
  expect(await app.rows("select id from outbox where topic = 'mail'")).toEqual([]);
});

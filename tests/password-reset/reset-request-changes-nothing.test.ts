import { expect, test } from "bun:test";

import { databaseDump } from "../support/database-dump.ts";
import { logIn, signUp } from "../support/journey.ts";
import { askForReset, confirmReset, outcomeOf } from "../support/password-reset.ts";
import { outcomeOfRefresh, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";
import { watchHasher } from "../support/watch-hasher.ts";

const app = useTestApp();

// Attack: requesting another user's reset locks that user out.
// security 67
test("the user's password and sessions are unchanged", async () => {
  const user = await signUp(app);
  await askForReset(app, user.email);
  expect((await logIn(app, user)).status).toBe(200);
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
  expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([200, undefined]);
});

// security 67
test("a wrong token and a weak password change nothing, and consume no link", async () => {
  const user = await signUp(app);
  const token = await askForReset(app, user.email);
  expect(outcomeOf(await confirmReset(app, `${token}x`))).toEqual([401, "INVALID_TOKEN"]);
  expect(outcomeOf(await confirmReset(app, token, "password"))).toEqual([400, "WEAK_PASSWORD"]);
  const mismatch = await app.post("/api/v1/auth/password/reset-confirm", {
    token,
    password: "Another-Passphrase-9!",
    password_confirmation: "Another-Passphrase-8!",
  });
  expect(outcomeOf(mismatch)).toEqual([400, "PASSWORD_MISMATCH"]);
  expect(mismatch.json.error.details.field).toBe("password_confirmation");
  expect((await logIn(app, user)).status).toBe(200);
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
  expect(outcomeOf(await confirmReset(app, token))).toEqual([200, null]);
});

// Attack: invalid links, each of which costs a hash.
test("a password is hashed only for a valid link and an acceptable password", async () => {
  const user = await signUp(app);
  const token = await askForReset(app, user.email);
  const work = watchHasher(app);
  await confirmReset(app, "x".repeat(27));
  await confirmReset(app, token, "password");
  expect(work).toEqual({ hashed: 0, compared: [] });
  await confirmReset(app, token);
  await confirmReset(app, token);
  expect(work).toEqual({ hashed: 1, compared: [] });
});

// security 53
test("the link is random, and not in the database, an event or the log", async () => {
  const users = await Promise.all(Array.from({ length: 4 }, () => signUp(app)));
  const tokens = await Promise.all(users.map(({ email }) => askForReset(app, email)));
  expect(new Set(tokens).size).toBe(4);
  const dump = await databaseDump(app);
  const log = app.log.join("\n");
  for (const token of tokens) {
    // 160 bits in base64url.
    expect(token).toMatch(/^[\w-]{27}$/);
    expect(dump).not.toContain(token);
    expect(log).not.toContain(token);
  }
});

test("a request is announced without the token", async () => {
  const { userId, email } = await signUp(app);
  await askForReset(app, email);
  const [event] = await app.rows(
    `select payload, sealed from events
     where user_id = '${userId}' and type = 'user.password_reset_requested'`,
  );
  expect(event).toMatchObject({ payload: { data: { user_id: userId, email } }, sealed: null });
});

import { afterEach, expect, setSystemTime, test } from "bun:test";

import { freshEmail, goodPassword, logIn, mailTo, registerVerified } from "../support/journey.ts";
import { askForReset, confirmReset, newPassword, outcomeOf } from "../support/password-reset.ts";
import { useTestApp } from "../support/test-app.ts";

const minutes = 60_000;

const app = useTestApp();

afterEach(() => {
  setSystemTime();
});

// security 53
test("the link expires after 30 minutes, and a late attempt does not consume it", async () => {
  const { email } = await registerVerified(app);
  const token = await askForReset(app, email);
  const start = Date.now();
  setSystemTime(start + 30 * minutes);
  expect(outcomeOf(await confirmReset(app, token))).toEqual([401, "EXPIRED_TOKEN"]);
  expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);
  setSystemTime(start + 30 * minutes - 5_000);
  expect(outcomeOf(await confirmReset(app, token))).toEqual([200, null]);
});

// Attack: a token of one kind is sent to an endpoint for another.
// security 57
test("the link is invalid for another purpose, and other tokens are invalid for a reset", async () => {
  const email = freshEmail();
  await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const verification = await mailTo(app, email);
  const reset = await askForReset(app, email);
  expect(outcomeOf(await confirmReset(app, verification.token))).toEqual([401, "INVALID_TOKEN"]);
  expect(outcomeOf(await confirmReset(app, verification.code))).toEqual([401, "INVALID_TOKEN"]);
  const verify = await app.post("/api/v1/auth/verify-email", { token: reset });
  expect(outcomeOf(verify)).toEqual([401, "INVALID_TOKEN"]);
  expect(outcomeOf(await confirmReset(app, reset))).toEqual([200, null]);
});

// security 57
test("the link is revoked when its user is deleted or has another address", async () => {
  const [deleted, moved] = [await registerVerified(app), await registerVerified(app)];
  const tokens = [await askForReset(app, deleted.email), await askForReset(app, moved.email)];
  await app.rows(`update users set deleted_at = now() where id = '${deleted.userId}'`);
  await app.rows(`update users set email = '${freshEmail()}' where id = '${moved.userId}'`);
  for (const token of tokens) {
    expect(outcomeOf(await confirmReset(app, token))).toEqual([401, "INVALID_TOKEN"]);
  }
  expect((await logIn(app, { email: deleted.email, password: newPassword })).status).toBe(401);
});

test.each([
  ["nothing", "", 400, "VALIDATION_ERROR"],
  ["8192 letters", "x".repeat(8192), 401, "INVALID_TOKEN"],
  ["8193 letters", "x".repeat(8193), 400, "VALIDATION_ERROR"],
  ["a NUL", "a\u0000b", 401, "INVALID_TOKEN"],
  ["half a surrogate pair", "\ud800", 401, "INVALID_TOKEN"],
])("%s is refused as a token", async (_name, token, status, code) => {
  expect(outcomeOf(await confirmReset(app, token, newPassword))).toEqual([status, code]);
});

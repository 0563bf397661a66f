import { afterAll, beforeAll, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

interface Account {
  readonly userId: string;
  readonly email: string;
}

/** A verified user with a password, changed as `change` says, as columns of the row. */
async function accountWith(change?: string): Promise<Account> {
  const user = await registerVerified(app);
  if (change !== undefined) await update(user, change);
  return user;
}

async function update({ userId }: Account, change: string): Promise<void> {
  await app.rows(`update users set ${change} where id = '${userId}'`);
}

/** The reason and the account in the one audit row of a refused sign-in, with the code of its response. */
async function refusalOf(answer: Answer): Promise<unknown> {
  const [row, ...others] = await auditOf(app, answer);
  expect([row?.["action"], row?.["result"], others]).toEqual(["user.login", "failure", []]);
  const { reason } = { reason: undefined, ...Object(row?.["detail"]) };
  return [answer.json.error.code ?? answer.json.error, reason, row?.["user_id"]];
}

const wrongPassword = "Not-this-password-1!";

/** How accounts are changed so that a password signs no one in, and the reason that is recorded then. */
const passwordCases = [
  ["wrong_password", undefined, wrongPassword],
  ["disabled", "disabled_at = now()", goodPassword],
  ["disabled", "disabled_at = now()", wrongPassword],
  ["no_password", "password_hash = null", goodPassword],
] as const;

// security 122
test.each(passwordCases)("a password is refused: %s (%s)", async (reason, change, password) => {
  const { userId, email } = await accountWith(change);
  const login = await app.post("/api/v1/auth/login", { email, password });
  expect(await refusalOf(login)).toEqual(["INVALID_CREDENTIALS", reason, userId]);
  const form = { grant_type: "password", username: email, password };
  const granted = await app.call("POST", "/oauth/token", { form });
  expect(await refusalOf(granted)).toEqual(["invalid_grant", reason, userId]);
});

// A deleted account has given up its address, which another account may have.
// security 122
test("the address of a deleted account is recorded as unknown, like one that never had an account", async () => {
  const { email } = await accountWith("deleted_at = now()");
  for (const tried of [email, freshEmail()]) {
    const answer = await app.post("/api/v1/auth/login", { email: tried, password: goodPassword });
    expect(await refusalOf(answer)).toEqual(["INVALID_CREDENTIALS", "unknown_account", null]);
  }
});

// security 122
test("a right password is refused while the address is not verified", async () => {
  const email = freshEmail();
  const registered = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const answer = await app.post("/api/v1/auth/login", { email, password: goodPassword });
  const userId = registered.json.data.user_id;
  expect(await refusalOf(answer)).toEqual(["EMAIL_NOT_VERIFIED", "email_not_verified", userId]);
});

/** How a mailed link becomes unusable, and the reason that is recorded then. */
const linkCases = [
  [
    "used_link",
    "INVALID_TOKEN",
    `update mail_challenges set consumed_at = now() where user_id = $`,
  ],
  [
    "expired_link",
    "EXPIRED_TOKEN",
    `update mail_challenges set expires_at = now() where user_id = $`,
  ],
  ["void_link", "INVALID_TOKEN", `update users set credentials_version = 9 where id = $`],
  ["disabled", "INVALID_TOKEN", `update users set disabled_at = now() where id = $`],
  ["deleted", "INVALID_TOKEN", `update users set deleted_at = now() where id = $`],
] as const;

// security 122
test.each(linkCases)("a mailed link is refused: %s", async (reason, code, change) => {
  const { userId, email } = await accountWith();
  const { token } = await askForMagicLink(app, email);
  await app.rows(change.replace("$", `'${userId}'`));
  expect(await refusalOf(await signInByMail(app, { token }))).toEqual([code, reason, userId]);
});

// security 122
test("an unknown link names no account", async () => {
  const answer = await signInByMail(app, { token: "unknown" });
  expect(await refusalOf(answer)).toEqual(["INVALID_TOKEN", "unknown_link", null]);
});

// security 15, 122
test("a mailed code is refused with the same response: wrong, void, of a disabled account, for an unknown address", async () => {
  const { userId, email } = await accountWith();
  const { code } = await askForMagicLink(app, email);
  const wrong = code === "000000" ? "111111" : "000000";
  const bodies = new Set<string>();
  const tried = async (pair: { email: string; code: string }) => {
    const answer = await signInByMail(app, pair);
    bodies.add(JSON.stringify({ ...answer.json, timestamp: null }));
    return refusalOf(answer);
  };
  expect(await tried({ email, code: wrong })).toEqual(["INVALID_CODE", "wrong_code", userId]);
  expect((await signInByMail(app, { email, code })).status).toBe(200);
  expect(await tried({ email, code })).toEqual(["INVALID_CODE", "void_code", userId]);
  await update({ userId, email }, "disabled_at = now()");
  expect(await tried({ email, code })).toEqual(["INVALID_CODE", "disabled", userId]);
  const unknown = { email: freshEmail(), code };
  expect(await tried(unknown)).toEqual(["INVALID_CODE", "unknown_account", null]);
  expect([...bodies]).toHaveLength(1);
});

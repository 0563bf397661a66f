import { beforeAll, expect, test } from "bun:test";

import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { workOf } from "../support/request-work.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let verified: string;
let passwordless: string;
let unverified: string;
let deleted: string;

beforeAll(async () => {
  verified = (await registerVerified(app)).email;
  passwordless = (await registerVerified(app)).email;
  await app.rows(`update users set password_hash = null where email = '${passwordless}'`);
  deleted = (await registerVerified(app)).email;
  await app.rows(`update users set deleted_at = now() where email = '${deleted}'`);
  unverified = freshEmail();
  await app.post("/api/v1/auth/register", { email: unverified, password: goodPassword });
});

/** The work of a request for an account of each kind, and last for an address without one. */
function worksOf(path: string, json: Record<string, string>) {
  return workOf(
    app,
    [verified, passwordless, unverified, deleted, freshEmail()].map(
      (email) => (counted) => counted.post(`/api/v1/auth/${path}`, { email, ...json }),
    ),
  );
}

// Attack: the time of a response tells which addresses have an account, because only their passwords are compared.
// security 9, 13
test("a failed sign-in compares one password, also for unknown, deleted and password-less accounts", async () => {
  const works = await worksOf("login", { password: "Another-password-1!" });
  expect(works).toHaveLength(5);
  for (const work of works) {
    expect(work).toEqual({ status: 401, hashed: 0, compared: 1, statements: 2 });
  }
});

// security 13
test.each([
  ["a wrong verification code", "verify", { code: "000000" }, 401, 1],
  ["a wrong sign-in code", "magic-link/verify", { code: "000000" }, 401, 2],
  ["a request for a verification mail", "resend-verification", {}, 202, 1],
  ["a request for a magic link", "magic-link", {}, 202, 1],
  ["a request for a password reset", "password/reset", {}, 202, 1],
] as const)(
  "%s takes the same number of statements for every address",
  async (_, path, json, status, statements) => {
    const works = await worksOf(path, json);
    expect(works).toHaveLength(5);
    for (const work of works) expect(work).toEqual({ status, hashed: 0, compared: 0, statements });
  },
);

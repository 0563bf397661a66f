import { beforeAll, beforeEach, expect, test } from "bun:test";

import { AppError } from "../../src/kernel/errors.ts";
import type { Admission, PasswordHasher } from "../../src/platform/password-hasher/port.ts";
import { createCountedApp } from "../support/counted-app.ts";
import type { Call } from "../support/http-call.ts";
import { freshEmail, goodPassword, type SignedInUser, signUp } from "../support/journey.ts";
import { askForReset, newPassword } from "../support/password-reset.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { TRUSTED_PROXIES: "127.0.0.0/8,::1/128" } });
const from = { "x-forwarded-for": "2001:db8:1:2::1" };
const source = "2001:db8:1:2::/64";

let admissions: Admission[];
let user: SignedInUser;

beforeAll(() => {
  const { hasher } = app.platform;
  const watched: PasswordHasher = {
    ...hasher,
    hash(password, admission) {
      admissions.push(admission);
      return hasher.hash(password, admission);
    },
    verify(password, hash, admission, typed) {
      admissions.push(admission);
      return hasher.verify(password, hash, admission, typed);
    },
  };
  Object.assign(app.platform, { hasher: watched });
});

beforeEach(async () => {
  admissions = [];
  user = await signUp(app, { username: `Name${Bun.randomUUIDv7().slice(-12)}` });
  admissions = [];
});

/** The status of a call, and the source and account of each piece of password work that it caused. */
async function workOf(method: string, path: string, call: Call) {
  const { status } = await app.call(method, path, { ...call, headers: from });
  for (const { signal } of admissions) expect(signal?.aborted).toBe(false);
  return { status, work: admissions.map((each) => [each.source, each.account]) };
}

// security 153
test("a sign-in counts for the address that it names, known or not, in canonical form", async () => {
  for (const [email, password, status] of [
    [user.email.toUpperCase(), goodPassword, 200],
    [user.email, "Wrong-password-1", 401],
    ["Unknown@Example.com", "Wrong-password-1", 401],
  ] as const) {
    admissions = [];
    const done = await workOf("POST", "/api/v1/auth/login", { json: { email, password } });
    expect(done).toEqual({ status, work: [[source, email.toLowerCase()]] });
  }
});

// security 153
test("a sign-in by username counts for the username in lower case, known or not", async () => {
  for (const username of ["NoSuchName", "nosuchname"]) {
    admissions = [];
    const json = { username, password: goodPassword };
    const done = await workOf("POST", "/api/v1/auth/login", { json });
    expect(done).toEqual({ status: 401, work: [[source, "username nosuchname"]] });
  }
});

// security 153
test("the password grant counts for the username that it names", async () => {
  const form = { grant_type: "password", username: user.email, password: goodPassword };
  const done = await workOf("POST", "/oauth/token", { form });
  expect(done).toEqual({ status: 200, work: [[source, user.email]] });
});

// Attack: the requests that a flood repeats after each refusal keep the database busy.
// security 108
test.each([
  ["known", () => user.email],
  ["unknown", freshEmail],
])(
  "a sign-in of a %s account without a place in the queue costs no statement",
  async (_, email) => {
    await using counted = createCountedApp(app);
    const full: PasswordHasher = {
      ...counted.platform.hasher,
      assertPlace() {
        throw new AppError("OVERLOADED", "The queue is full.", { retryAfterSeconds: 5 });
      },
    };
    Object.assign(counted.platform, { hasher: full });
    const json = { email: email(), password: goodPassword };
    const { status, headers } = await counted.call("POST", "/api/v1/auth/login", { json });
    expect([status, headers.get("retry-after"), counted.statements]).toEqual([503, "5", 0]);
  },
);

// security 153
test("a registration counts for its address", async () => {
  const json = { email: freshEmail(), password: goodPassword };
  const done = await workOf("POST", "/api/v1/auth/register", { json });
  expect(done).toEqual({ status: 201, work: [[source, json.email]] });
});

// security 153
test("a password reset counts for the account of its link", async () => {
  const token = await askForReset(app, user.email);
  const json = { token, password: newPassword };
  const done = await workOf("POST", "/api/v1/auth/password/reset-confirm", { json });
  expect(done).toEqual({ status: 200, work: [[source, user.email]] });
});

// security 153
test.each([
  [
    "POST",
    "/api/v1/auth/password/change",
    { current_password: goodPassword, new_password: newPassword },
    200,
    2,
  ],
  [
    "POST",
    "/api/v1/auth/email/change",
    { new_email: "new@example.com", password: goodPassword },
    202,
    1,
  ],
  ["DELETE", "/api/v1/users/me", { password: goodPassword }, 200, 1],
])(
  "the password work of %s %s counts for the signed-in user",
  async (method, path, json, status, count) => {
    const done = await workOf(method, path, { json, bearer: user.accessToken });
    const work = Array.from({ length: count }, () => [source, user.userId]);
    expect(done).toEqual({ status, work });
  },
);

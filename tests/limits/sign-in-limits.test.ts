import { afterEach, expect, setSystemTime, test } from "bun:test";

import { createCountedApp } from "../support/counted-app.ts";
import { freshEmail, logIn, registerVerified } from "../support/journey.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { watchHasher } from "../support/watch-hasher.ts";

const app = useTestApp({
  settings: {
    RATE_LIMITS_ENABLED: "true",
    TRUSTED_PROXIES: "127.0.0.0/8",
    LOCKOUT_THRESHOLD: "100",
  },
});

afterEach(() => {
  setSystemTime();
});

/** A sign-in whose address the trusted proxy in front reports. */
function logInFrom(address: string, email: string, password = "Wrong-Password-1") {
  return app.post(
    "/api/v1/auth/login",
    { email, password },
    { headers: { "x-forwarded-for": address } },
  );
}

test("the sixth attempt within a minute at one account is refused, whether the account exists or not", async () => {
  const { email } = await registerVerified(app);
  for (const account of [email, freshEmail()]) {
    const statuses: number[] = [];
    for (let index = 0; index < 6; index += 1) {
      const answer = await logInFrom(`198.51.100.${index}`, account);
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  }
});

test("a username and the address of its account share one count, in the password grant as well", async () => {
  const { email } = await registerVerified(app, { username: "shared_count" });
  const headers = { "x-forwarded-for": "198.51.100.77" };
  for (let index = 0; index < 3; index += 1) {
    const json = { username: "Shared_Count", password: "Wrong-Password-1" };
    expect((await app.call("POST", "/api/v1/auth/login", { json, headers })).status).toBe(401);
  }
  const form = { grant_type: "password", username: email, password: "Wrong-Password-1" };
  const grant = () => app.call("POST", "/oauth/token", { form, headers });
  expect([(await grant()).status, (await grant()).status]).toEqual([400, 400]);
  const refused = await grant();
  expect(refused.status).toBe(429);
  expect(refused.json.error).toBe("temporarily_unavailable");
  expect(Number(refused.headers.get("retry-after"))).toBeWithin(1, 61);
});

test("a sign-in deletes the count of its account", async () => {
  const user = await registerVerified(app);
  for (let index = 0; index < 8; index += 1) {
    expect((await logInFrom("198.51.100.90", user.email, user.password)).status).toBe(200);
    expect((await logInFrom("198.51.100.91", user.email)).status).toBe(401);
  }
});

test("31 attempts from one address at different accounts: the last is refused, before any query or hashing", async () => {
  const statuses = new Set<number>();
  for (let index = 0; index < 30; index += 1) {
    statuses.add((await logInFrom("203.0.113.1", freshEmail())).status);
  }
  expect(statuses).toEqual(new Set([401]));
  expect((await logInFrom("203.0.113.1", freshEmail())).status).toBe(429);

  const work = watchHasher(app);
  expect((await logInFrom("203.0.113.1", freshEmail())).status).toBe(429);
  expect(work.compared).toEqual([]);
  expect((await logInFrom("203.0.113.2", freshEmail())).status).toBe(401);
});

// security 112
test("all addresses of an IPv6 /64 network are one source", async () => {
  for (let index = 0; index < 30; index += 1) {
    await logInFrom(`2001:db8:1:2::${index + 1}`, freshEmail());
  }
  expect((await logInFrom("2001:db8:1:2:ffff::1", freshEmail())).status).toBe(429);
  expect((await logInFrom("2001:db8:1:3::1", freshEmail())).status).toBe(401);
});

test("a source that is known to be blocked costs no statement, and a sign-in no more than three", async () => {
  const user = await registerVerified(app);
  await using counted = createCountedApp(app);
  const before = counted.statements;
  const json = { email: user.email, password: user.password };
  expect((await counted.call("POST", "/api/v1/auth/login", { json })).status).toBe(200);
  expect(counted.statements - before).toBe(3);

  const wrong = { email: user.email, password: "Wrong-Password-1" };
  for (let index = 0; index < 5; index += 1) {
    await counted.call("POST", "/api/v1/auth/login", { json: wrong });
  }
  const full = counted.statements;
  const limited = await counted.call("POST", "/api/v1/auth/login", { json: wrong });
  expect(limited.status).toBe(429);
  // The look-up of the account; the limit itself is decided in memory.
  expect(counted.statements - full).toBe(1);
});

test("the window of a limit ends: the account can be used again", async () => {
  const user = await registerVerified(app);
  for (let index = 0; index < 6; index += 1) await logInFrom("198.51.100.5", user.email);
  expect((await logIn(app, user)).status).toBe(429);
  setSystemTime(new Date(Date.now() + 61_000));
  expect((await logIn(app, user)).status).toBe(200);
});

// Anyone could register another person's address, and learn from the limit whether that created an account.
// security 14
test("with concealed accounts, the right password of an unverified account is limited like a wrong one", async () => {
  await using concealed = await startTestApp({
    settings: { RATE_LIMITS_ENABLED: "true", CONCEAL_ACCOUNTS: "true", LOCKOUT_THRESHOLD: "100" },
  });
  const taken = await registerVerified(concealed);
  const free = freshEmail();
  const password = "SecurePassword124!";
  await concealed.post("/api/v1/auth/register", { email: free, password });
  await concealed.post("/api/v1/auth/register", { email: taken.email, password });
  const statuses = async (email: string): Promise<number[]> => {
    const found: number[] = [];
    for (let index = 0; index < 8; index += 1) {
      found.push((await concealed.post("/api/v1/auth/login", { email, password })).status);
    }
    return found;
  };
  expect(await statuses(free)).toEqual(await statuses(taken.email));
});

test("a username that is longer than any is refused, without an internal error", async () => {
  const form = {
    grant_type: "password",
    username: app.platform.random.token(6 * 4000),
    password: "Wrong-Password-1",
  };
  const answer = await app.call("POST", "/oauth/token", { form });
  expect([answer.status, answer.json.error]).toEqual([400, "invalid_request"]);
});

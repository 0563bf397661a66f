import { beforeAll, expect, test } from "bun:test";

import { goodPassword, logIn, registerVerified } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp();
/** The same installation after its operator raised the cost. */
let raised: TestApp;

beforeAll(async () => {
  raised = await app.replica({ BCRYPT_COST: "6" });
});

async function hashOf(userId: string): Promise<string> {
  const [row] = await app.rows(`select password_hash from users where id = '${userId}'`);
  return String(row?.["password_hash"]);
}

// security 8
test("a sign-in after the cost was raised upgrades the hash, and one at a lower cost keeps it", async () => {
  const user = await registerVerified(app);
  const old = await hashOf(user.userId);
  expect(old).toStartWith("$2b$04$");

  expect((await logIn(raised, { ...user, password: "Wrong-password-1" })).status).toBe(401);
  expect(await hashOf(user.userId)).toBe(old);

  expect((await logIn(raised, user)).status).toBe(200);
  const renewed = await hashOf(user.userId);
  expect(renewed).toStartWith("$2b$06$");

  for (const replica of [raised, app]) {
    expect((await logIn(replica, user)).status).toBe(200);
    expect((await logIn(replica, { ...user, password: "Wrong-password-1" })).status).toBe(401);
  }
  expect(await hashOf(user.userId)).toBe(renewed);
});

// Bad day: a user's phone, tablet and laptop sign in at once, and each upgrades the hash.
// security 8
test("concurrent sign-ins that upgrade the hash all succeed", async () => {
  const user = await registerVerified(app);
  const statuses = await race(20, async () => (await logIn(raised, user)).status);
  expect(statuses).toEqual(statuses.map(() => 200));
  expect(await hashOf(user.userId)).toStartWith("$2b$06$");
  expect((await logIn(raised, user)).status).toBe(200);
});

// security 8
test("a failed upgrade does not fail the sign-in", async () => {
  const user = await registerVerified(app);
  const { hasher } = raised.platform;
  const broken = { ...hasher, hash: () => Promise.reject(new Error("no memory left")) };
  Object.assign(raised.platform, { hasher: broken });
  try {
    expect((await logIn(raised, user)).status).toBe(200);
  } finally {
    Object.assign(raised.platform, { hasher });
  }
  expect(await hashOf(user.userId)).toStartWith("$2b$04$");
  const line = raised.log.find((text) => text.includes("could not be renewed"));
  expect(line).toContain("no memory left");
  expect(line).not.toContain(goodPassword);
});

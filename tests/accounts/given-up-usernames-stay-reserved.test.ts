import { afterEach, beforeAll, describe, expect, setSystemTime, test } from "bun:test";

import { deleteExpiredRows } from "../../src/app/jobs/retention.ts";
import { signInAdmin } from "../support/admin.ts";
import { meanwhile } from "../support/held-rows.ts";
import type { Answer } from "../support/http-call.ts";
import { importFile } from "../support/import-users.ts";
import { freshEmail, goodPassword, logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { deleteAccount } from "../support/own-account.ts";
import { race } from "../support/race.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";
import { outcomeOf, usersApi } from "../support/user-administration.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const taken = [400, "DUPLICATE_USERNAME", "username"];

function register(app: TestApp, username: string): Promise<Answer> {
  const json = { email: freshEmail(), password: goodPassword, username };
  return app.post("/api/v1/auth/register", json);
}

function rename(app: TestApp, bearer: string, username: string | null): Promise<Answer> {
  return app.call("PATCH", "/api/v1/users/me", { bearer, json: { username } });
}

/** A verified user who had this username, and gave it up for another one. */
async function formerOwner(app: TestApp, username: string): Promise<SignedInUser> {
  const user = await signUp(app, { username });
  expect((await rename(app, user.accessToken, `${username}-next`)).status).toBe(200);
  return user;
}

async function rowOf(app: TestApp, username: string): Promise<unknown> {
  const [row] = await app.rows(
    `select user_id, released_at from usernames where skeleton = gatehouse_username_skeleton('${username}')`,
  );
  return row;
}

describe("on Postgres", () => {
  const app = useTestApp();

  afterEach(() => {
    setSystemTime();
  });

  // Attack: an application knows the previous owner by the name, which is on offer after a change or a deletion.
  // security 157
  test.each([
    ["changed", (user: SignedInUser) => rename(app, user.accessToken, "another-name")],
    ["removed", (user: SignedInUser) => rename(app, user.accessToken, null)],
    [
      "deleted with its account",
      (user: SignedInUser) => deleteAccount(app, user.accessToken, { password: user.password }),
    ],
    [
      "deleted by an administrator",
      async (user: SignedInUser) => usersApi(app, await signInAdmin(app)).remove(user.userId),
    ],
  ])("a username that was %s stays reserved for USERNAME_QUARANTINE", async (how, giveUp) => {
    const username = `former-${how.replaceAll(" ", "-")}`;
    const start = Date.now();
    setSystemTime(start);
    const user = await signUp(app, { username });
    setSystemTime(start + hourMs);
    expect((await giveUp(user)).status).toBe(200);
    expect(await rowOf(app, username)).toEqual({
      user_id: user.userId,
      released_at: expect.anything(),
    });
    for (const look of [username, username.toUpperCase(), username.replace("o", "0")]) {
      expect(outcomeOf(await register(app, look))).toEqual(taken);
    }
    setSystemTime(start + hourMs + 90 * dayMs - 1);
    expect(outcomeOf(await register(app, username))).toEqual(taken);
    setSystemTime(start + hourMs + 90 * dayMs);
    const successor = await register(app, username);
    expect(successor.status).toBe(201);
    expect(await rowOf(app, username)).toEqual({
      user_id: successor.json.data.user_id,
      released_at: null,
    });
  });

  // security 157
  test("the account that gave it up takes it back, in any case", async () => {
    const user = await formerOwner(app, "returning");
    const other = await signUp(app);
    expect(outcomeOf(await rename(app, other.accessToken, "returning"))).toEqual(taken);
    expect((await rename(app, user.accessToken, "Returning")).status).toBe(200);
    expect(await rowOf(app, "returning")).toEqual({ user_id: user.userId, released_at: null });
    expect(outcomeOf(await rename(app, other.accessToken, "returning-next"))).toEqual(taken);
  });

  test("a restored user has the username, and an administrator may give it to another user", async () => {
    const users = usersApi(app, await signInAdmin(app));
    const user = await signUp(app, { username: "restored" });
    await users.remove(user.userId);
    expect((await users.restore(user.userId)).json.data.username).toBe("restored");
    expect(await rowOf(app, "restored")).toEqual({ user_id: user.userId, released_at: null });

    await users.remove(user.userId);
    const heir = await signUp(app);
    expect((await users.change(heir.userId, { username: "Restored" })).status).toBe(200);
    expect(outcomeOf(await users.restore(user.userId))).toEqual([409, "CONFLICT", "username"]);
    expect((await users.change(heir.userId, { username: null })).status).toBe(200);
    expect((await users.restore(user.userId)).status).toBe(200);

    await formerOwner(app, "imported-name");
    const line = { email: freshEmail(), username: "imported-name" };
    expect(await importFile(app, JSON.stringify(line))).toMatchObject({ imported: 1 });
  });

  // Nothing of a change that is refused is written, so the name that was to be given up is still in use.
  test("a refused change gives nothing up", async () => {
    await signUp(app, { username: "keeps-it" });
    const user = await signUp(app, { username: "stays" });
    expect(outcomeOf(await rename(app, user.accessToken, "keeps-it"))).toEqual(taken);
    expect(await rowOf(app, "stays")).toEqual({ user_id: user.userId, released_at: null });
  });

  // Attack: squatting through the quarantine, by one account that takes name after name.
  test("an account reserves the last five names that it gave up", async () => {
    const user = await signUp(app, { username: "squat-a" });
    for (const letter of "bcdefg") {
      expect((await rename(app, user.accessToken, `squat-${letter}`)).status).toBe(200);
    }
    const reserved = await app.rows(
      `select skeleton from usernames where user_id = '${user.userId}' and released_at is not null order by 1`,
    );
    expect(reserved.map(({ skeleton }) => skeleton)).toEqual(
      ["b", "c", "d", "e", "f"].map((letter) => `squat-${letter}`),
    );
    expect((await register(app, "squat-a")).status).toBe(201);
  });

  test("the retention job deletes the rows whose time is over, and no others", async () => {
    const start = Date.now();
    const users = await Promise.all(
      ["early", "late"].map((name) => signUp(app, { username: name })),
    );
    setSystemTime(start + dayMs);
    await app.rows(`update users set username = null, updated_at = '${new Date().toISOString()}'
      where id = '${users[0]?.userId}'`);
    setSystemTime(start + 30 * dayMs);
    await app.rows(`update users set username = null, updated_at = '${new Date().toISOString()}'
      where id = '${users[1]?.userId}'`);
    setSystemTime(start + 100 * dayMs);
    await deleteExpiredRows(app.platform);
    expect([await rowOf(app, "early"), await rowOf(app, "late")]).toEqual([
      undefined,
      { user_id: users[1]?.userId, released_at: expect.anything() },
    ]);
  });
});

describe("with CONCEAL_ACCOUNTS", () => {
  const app = useTestApp({ settings: { CONCEAL_ACCOUNTS: "true" } });
  let former: SignedInUser;

  beforeAll(async () => {
    former = await formerOwner(app, "hidden-name");
  });

  afterEach(() => {
    setSystemTime();
  });

  async function verifiedWith(username: string): Promise<unknown> {
    const { json } = await register(app, username);
    const { email, user_id: userId } = json.data;
    const { token } = await mailOfKind(app, "verify-email", email);
    expect((await app.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
    const [user] = await app.rows(`select username from users where id = '${userId}'`);
    return user?.["username"];
  }

  // security 157
  test("a reserved name is not granted when the address is verified, and afterwards it is", async () => {
    expect(await verifiedWith("h1dden-name")).toBeNull();
    expect(await verifiedWith("hidden-n4me")).toBe("hidden-n4me");
    setSystemTime(Date.now() + 91 * dayMs);
    expect(await verifiedWith("hidden-name")).toBe("hidden-name");
    expect((await logIn(app, former)).status).toBe(200);
  });
});

test("with a quarantine of 0s a username is free at once", async () => {
  await using app = await startTestApp({ settings: { USERNAME_QUARANTINE: "0s" } });
  await formerOwner(app, "brief");
  expect((await register(app, "brief")).status).toBe(201);
});

// The race: the name is in use when the statement starts, and given up while it waits.
// security 157
test("a name that is given up meanwhile is not taken by a statement that waited for it", async () => {
  await using app = await startTestApp();
  const user = await signUp(app, { username: "relay" });
  const giving = `update users set username = null, updated_at = now() where id = '${user.userId}'`;
  const answer = await meanwhile(app, giving, () => register(app, "relay"));
  expect(outcomeOf(answer)).toEqual(taken);
});

// security 157
test("of 50 who take a name whose quarantine is over, one gets it, and no response is 5xx", async () => {
  await using app = await startTestApp({ settings: { USERNAME_QUARANTINE: "0s" } });
  await formerOwner(app, "free-for-all");
  const answers = await race(50, (index) =>
    register(app, index % 2 === 0 ? "free-for-all" : "Free-F0r-A1l"),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(49);
});

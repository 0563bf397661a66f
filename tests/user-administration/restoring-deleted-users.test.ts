import { beforeAll, describe, expect, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { goodPassword, logIn, mailTo, type SignedInUser, signUp } from "../support/journey.ts";
import { kindsOfMailTo } from "../support/own-account.ts";
import { race } from "../support/race.ts";
import { giveRoles, makeRole, signUpWith } from "../support/roles.ts";
import { outcomeOfRefresh, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";
import {
  eventsOf,
  idsOf,
  outcomeOf,
  type UsersApi,
  usersApi,
} from "../support/user-administration.ts";

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });
  let users: UsersApi;

  beforeAll(async () => {
    users = usersApi(app, await signInAdmin(app));
  });

  // security 35; part of security 48, 99: a deletion by others
  test("deleted users are only in the list of deleted users", async () => {
    const user = await signUp(app, { username: `gone-${database}` });
    await app.post("/api/v1/auth/password/reset", { email: user.email });
    const { token } = await mailTo(app, user.email, 2);
    const deleted = await users.remove(user.userId);
    expect([deleted.status, deleted.json.data]).toEqual([
      200,
      { message: "User deleted successfully." },
    ]);
    expect(await auditOf(app, deleted)).toEqual([
      expect.objectContaining({ action: "user.deleted", result: "success", user_id: user.userId }),
    ]);
    expect(await eventsOf(app, user.userId, "user.deleted")).toEqual([
      { user_id: user.userId, email: user.email },
    ]);

    const notFound = [404, "USER_NOT_FOUND"];
    expect(outcomeOf(await users.show(user.userId))).toEqual(notFound);
    expect(outcomeOf(await users.change(user.userId, { name: "x" }))).toEqual(notFound);
    expect(outcomeOf(await users.remove(user.userId))).toEqual(notFound);
    expect(outcomeOf(await users.sessions(user.userId))).toEqual(notFound);
    expect(outcomeOf(await users.revoke(user.userId))).toEqual(notFound);
    expect(idsOf(await users.list(`q=${user.email}`))).toEqual([]);
    for (const status of ["active", "disabled", "unverified"]) {
      expect(idsOf(await users.list(`q=${user.email}&status=${status}`))).toEqual([]);
    }
    const listed = await users.list(`q=${user.email}&status=deleted`);
    expect(listed.json.data.items).toEqual([
      expect.objectContaining({
        id: user.userId,
        status: "deleted",
        deleted_at: expect.any(String),
      }),
    ]);

    expect(await statusOfMe(app, user.accessToken)).toBe(401);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(outcomeOf(await logIn(app, user))).toEqual([401, "INVALID_CREDENTIALS"]);
    const password = goodPassword;
    const reset = await app.post("/api/v1/auth/password/reset-confirm", { token, password });
    expect(outcomeOf(reset)).toEqual([401, "INVALID_TOKEN"]);
    expect((await app.post("/api/v1/auth/password/reset", { email: user.email })).status).toBe(202);
    // A queued request is for the user who has the address when it is handled: there is none yet.
    const asked = () =>
      app.rows("select 1 from outbox where topic like '%request%' and delivered_at is null");
    await eventually(asked, (rows) => rows.length === 0);
    const { email } = user;
    const next = await app.post("/api/v1/auth/register", { email, password });
    expect(next.status).toBe(201);
    expect(next.json.data.user_id).not.toBe(user.userId);
    await mailTo(app, email, 3);
    expect(kindsOfMailTo(app, email)).toEqual(["verify-email", "reset-password", "verify-email"]);
  });

  test("a restored user is unchanged, and signed in nowhere", async () => {
    const user = await signUp(app, { username: `back-${database}`, name: "Back" });
    const role = await makeRole(app, []);
    await giveRoles(app, user, [role]);
    await users.change(user.userId, { status: "disabled" });
    await users.change(user.userId, { status: "active" });
    const before = (await users.show(user.userId)).json.data;
    await users.remove(user.userId);
    const restored = await users.restore(user.userId);
    expect([restored.status, restored.json.data]).toEqual([
      200,
      { ...before, updated_at: expect.any(String) },
    ]);
    expect(await auditOf(app, restored)).toEqual([
      expect.objectContaining({ action: "user.restored", result: "success", user_id: user.userId }),
    ]);
    expect(await eventsOf(app, user.userId, "user.restored")).toEqual([
      { user_id: user.userId, email: user.email },
    ]);
    expect(await statusOfMe(app, user.accessToken)).toBe(401);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect((await logIn(app, user)).status).toBe(200);

    const again = await users.restore(user.userId);
    expect([again.status, await auditOf(app, again)]).toEqual([200, []]);
    // One who was disabled before still is.
    await users.change(user.userId, { status: "disabled" });
    await users.remove(user.userId);
    expect((await users.restore(user.userId)).json.data.status).toBe("disabled");
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("a user whose address or username was taken meanwhile cannot be restored", async () => {
    const user = await signUp(app, { username: `lost-${database}` });
    const named = await signUp(app, { username: `name-${database}` });
    await users.remove(user.userId);
    await users.remove(named.userId);
    const { email } = user;
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const other = await signUp(app);
    await users.change(other.userId, { username: `NAME-${database}` });
    const byEmail = await users.restore(user.userId);
    const byName = await users.restore(named.userId);
    expect([outcomeOf(byEmail), outcomeOf(byName)]).toEqual([
      [409, "CONFLICT", "email"],
      [409, "CONFLICT", "username"],
    ]);
    expect(await auditOf(app, byName)).toEqual([
      expect.objectContaining({
        action: "user.restored",
        result: "failure",
        user_id: named.userId,
        detail: { reason: "CONFLICT" },
      }),
    ]);
    expect(outcomeOf(await users.show(named.userId))).toEqual([404, "USER_NOT_FOUND"]);
    await users.change(other.userId, { username: null });
    expect((await users.restore(named.userId)).status).toBe(200);
  });
});

const actionsOf = async (app: TestApp, { userId }: SignedInUser) =>
  (
    await app.rows(
      `select action from audit_log where user_id = '${userId}' and result = 'success'
       and action in ('user.deleted', 'user.restored') order by id`,
    )
  ).map(({ action }) => action);

// part of security 128
test("twenty concurrent deletions or restorations take effect once", async () => {
  await using app = await startTestApp();
  const users = usersApi(app, await signInAdmin(app));
  const user = await signUp(app);
  const count = (answers: { status: number }[], wanted: number) =>
    answers.filter(({ status }) => status === wanted).length;
  const removed = await race(20, () => users.remove(user.userId));
  expect([count(removed, 200), count(removed, 404)]).toEqual([1, 19]);
  const restored = await race(20, () => users.restore(user.userId));
  expect(count(restored, 200)).toBe(20);
  expect(await actionsOf(app, user)).toEqual(["user.deleted", "user.restored"]);
});

// security 97: a restored user has the roles from before.
test("restoring a user needs every permission that the user has", async () => {
  await using app = await startTestApp();
  const admin = await signInAdmin(app);
  const second = await signInAdmin(app);
  const auditor = await signUpWith(app, ["audit:read"]);
  const helper = usersApi(app, await signUpWith(app, ["users:write", "roles:assign"]));
  for (const { userId } of [second, auditor]) {
    expect((await usersApi(app, admin).remove(userId)).status).toBe(200);
    expect(outcomeOf(await helper.restore(userId))).toEqual([403, "FORBIDDEN"]);
    expect((await usersApi(app, admin).restore(userId)).status).toBe(200);
  }
});

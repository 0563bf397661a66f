import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, mailTo, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { signUpWith } from "../support/roles.ts";
import { outcomeOfRefresh, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { eventsOf, outcomeOf, type UsersApi, usersApi } from "../support/user-administration.ts";

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });
  let users: UsersApi;

  beforeAll(async () => {
    users = usersApi(app, await signInAdmin(app));
  });

  // security 35; part of security 48: being disabled
  test("a disabled user is signed out, and can sign in again when enabled", async () => {
    const user = await signUp(app);
    await app.post("/api/v1/auth/magic-link", { email: user.email });
    const { token } = await mailTo(app, user.email, 2);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);

    const disabled = await users.change(user.userId, { status: "disabled" });
    expect([disabled.status, disabled.json.data]).toEqual([
      200,
      expect.objectContaining({ status: "disabled", disabled_at: expect.any(String) }),
    ]);
    expect(await statusOfMe(app, user.accessToken)).toBe(401);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(outcomeOf(await logIn(app, user))).toEqual([401, "INVALID_CREDENTIALS"]);
    expect(await auditOf(app, disabled)).toEqual([
      expect.objectContaining({ action: "user.disabled", result: "success", actor_kind: "user" }),
    ]);
    const ended = `select distinct end_reason from sessions where user_id = '${user.userId}'`;
    expect([...(await app.rows(ended))]).toEqual([{ end_reason: "user_disabled" }]);

    const enabled = await users.change(user.userId, { status: "active" });
    expect(enabled.json.data).toMatchObject({ status: "active", disabled_at: null });
    expect((await auditOf(app, enabled)).map(({ action }) => action)).toEqual(["user.enabled"]);
    const told = { user_id: user.userId, fields: ["status"] };
    expect(await eventsOf(app, user.userId, "user.updated")).toEqual([told, told]);
    // Sessions from before are not restored.
    expect(await statusOfMe(app, user.accessToken)).toBe(401);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(outcomeOf(await app.post("/api/v1/auth/magic-link/verify", { token }))).toEqual([
      401,
      "INVALID_TOKEN",
    ]);
    expect((await logIn(app, user)).status).toBe(200);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("disabling a disabled user changes nothing", async () => {
    const user = await signUp(app);
    const same = await users.change(user.userId, { status: "active" });
    expect([same.status, await auditOf(app, same)]).toEqual([200, []]);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    const first = await users.change(user.userId, { status: "disabled" });
    const again = await users.change(user.userId, { status: "disabled" });
    expect([again.json.data, await auditOf(app, again)]).toEqual([first.json.data, []]);
  });

  // security 97
  test("the last admin cannot be disabled or deleted, not by themselves either", async () => {
    await using other = await startTestApp({ database });
    const admin = await signInAdmin(other);
    const api = usersApi(other, admin);
    for (const attempt of [
      await api.change(admin.userId, { status: "disabled" }),
      await api.change(admin.userId, { status: "disabled", name: "x" }),
      await api.remove(admin.userId),
    ]) {
      expect(outcomeOf(attempt)).toEqual([409, "CONFLICT"]);
    }
    expect((await api.show(admin.userId)).json.data).toMatchObject({ name: null });
    const second = await signInAdmin(other);
    expect((await api.change(second.userId, { status: "disabled" })).status).toBe(200);
    expect(outcomeOf(await api.remove(admin.userId))).toEqual([409, "CONFLICT"]);
    await api.change(second.userId, { status: "active" });
    expect((await api.remove(admin.userId)).status).toBe(200);
  });
});

// security 35
test("another replica refuses a disabled user's tokens", async () => {
  await using app = await startTestApp();
  const replica = await app.replica();
  const users = usersApi(app, await signInAdmin(app));
  const user = await signUp(app);
  expect(await statusOfMe(replica, user.accessToken)).toBe(200);
  await users.change(user.userId, { status: "disabled" });
  await eventually(
    () => statusOfMe(replica, user.accessToken),
    (status) => status === 401,
  );
});

// security 97
test("of two admins who disable or delete each other at once one remains", async () => {
  await using app = await startTestApp();
  const replica = await app.replica();
  for (let round = 0; round < 8; round += 1) {
    await app.rows("truncate user_roles");
    const [ada, eve] = [await signInAdmin(app), await signInAdmin(app)];
    const answers = await race(2, (index) => {
      const [api, whom] =
        index === 0 ? [usersApi(app, ada), eve.userId] : [usersApi(replica, eve), ada.userId];
      return round % 2 === 0 ? api.change(whom, { status: "disabled" }) : api.remove(whom);
    });
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect([200, statuses[1]]).toEqual(statuses);
    // Just too late, or so late that the actor is disabled or deleted.
    expect([401, 403, 404, 409]).toContain(statuses[1] ?? 0);
    const [left] = await app.rows(`select count(*)::int as count from user_roles
      join users on users.id = user_id
      where role = 'admin' and deleted_at is null and disabled_at is null`);
    expect(left).toEqual({ count: 1 });
  }
}, 30_000);

// A sign-in whose password was compared just before.
test("a concurrent sign-in leaves no active session", async () => {
  await using app = await startTestApp();
  const users = usersApi(app, await signInAdmin(app));
  for (let round = 0; round < 10; round += 1) {
    const user = await signUp(app);
    const [, signedIn] = await Promise.all([
      users.change(user.userId, { status: "disabled" }),
      logIn(app, user),
    ]);
    await users.change(user.userId, { status: "active" });
    if (signedIn.status !== 200) continue;
    expect(await statusOfMe(app, signedIn.json.data.access_token)).toBe(401);
  }
});

// Attempts on an account are found in the audit log by their action.
test("a refused change is audited as each attempted action", async () => {
  await using app = await startTestApp();
  const admin = await signInAdmin(app);
  const taken = await signUp(app, { username: "taken" });
  const user = await signUp(app);
  const helper = await signUpWith(app, ["users:write"]);
  const failed = (action: string, reason: string, detail: Record<string, unknown> = {}) =>
    expect.objectContaining({ action, result: "failure", detail: { ...detail, reason } });
  const name = { fields: ["name"] };
  const byAdministrator = { by: "administrator" };
  for (const [by, on, json, recorded] of [
    [admin, admin, { status: "disabled" }, [failed("user.disabled", "CONFLICT")]],
    [
      admin,
      admin,
      { name: "x", status: "disabled" },
      [failed("user.updated", "CONFLICT", name), failed("user.disabled", "CONFLICT")],
    ],
    [helper, admin, { status: "active" }, [failed("user.enabled", "FORBIDDEN")]],
    [
      helper,
      admin,
      { email_verified: true },
      [failed("user.email_verified", "FORBIDDEN", byAdministrator)],
    ],
    [helper, admin, { name: "x" }, [failed("user.updated", "FORBIDDEN", name)]],
    [helper, admin, {}, [failed("user.updated", "FORBIDDEN", { fields: [] })]],
    [
      helper,
      user,
      { username: "taken", status: "disabled" },
      [
        failed("user.updated", "DUPLICATE_USERNAME", { fields: ["username"] }),
        failed("user.disabled", "DUPLICATE_USERNAME"),
      ],
    ],
  ] as const) {
    const refused = await usersApi(app, by).change(on.userId, json);
    expect([json, refused.status < 400]).toEqual([json, false]);
    expect(await auditOf(app, refused)).toEqual([...recorded]);
  }
  expect((await logIn(app, user)).status).toBe(200);
  expect(await statusOfMe(app, taken.accessToken)).toBe(200);
});

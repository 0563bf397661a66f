import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword, logIn, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { giveRoles, makeRole, signUpWith } from "../support/roles.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { eventsOf, outcomeOf, type UsersApi, usersApi } from "../support/user-administration.ts";

describe.each([...databaseKinds])("a user, on %s,", (database) => {
  const app = useTestApp({ database });
  let users: UsersApi;

  beforeAll(async () => {
    users = usersApi(app, await signInAdmin(app));
  });

  test("has a new profile, audited and announced", async () => {
    const user = await signUp(app, { name: "Old" });
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    const profile = { username: `New-${database}`, name: "New", phone: "+1 555 0100" };
    const more = { avatar_url: "https://example.com/a.png", locale: "pt-br", metadata: { a: [1] } };
    const changed = await users.change(user.userId, { ...profile, ...more });
    const after = { ...profile, ...more, locale: "pt-BR" };
    expect([changed.status, changed.json.data]).toEqual([200, expect.objectContaining(after)]);
    const me = await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
    expect(me.json.data).toMatchObject(after);
    const fields = Object.keys(after);
    expect(await auditOf(app, changed)).toEqual([
      expect.objectContaining({
        action: "user.updated",
        result: "success",
        actor_kind: "user",
        user_id: user.userId,
        detail: { fields },
      }),
    ]);
    expect(await eventsOf(app, user.userId, "user.updated")).toEqual([
      { user_id: user.userId, fields },
    ]);

    const emptied = await users.change(user.userId, { name: null, metadata: null, phone: null });
    expect(emptied.json.data).toMatchObject({ name: null, metadata: {}, phone: null });
    const nothing = await users.change(user.userId, {});
    expect([nothing.status, await auditOf(app, nothing)]).toEqual([200, []]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("can be marked as verified, once", async () => {
    const email = freshEmail();
    const registered = await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const userId = registered.json.data.user_id;
    expect((await logIn(app, { email, password: goodPassword })).status).toBe(403);
    const verified = await users.change(userId, { email_verified: true, name: "Known" });
    expect([verified.status, verified.json.data.email_verified]).toEqual([200, true]);
    expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);
    expect((await auditOf(app, verified)).map(({ action }) => action)).toEqual([
      "user.updated",
      "user.email_verified",
    ]);
    expect(await eventsOf(app, userId, "user.email_verified")).toEqual([
      { user_id: userId, email },
    ]);
    const again = await users.change(userId, { email_verified: true });
    expect([again.status, await auditOf(app, again)]).toEqual([200, []]);
    expect(outcomeOf(await users.change(userId, { email_verified: false }))).toEqual([
      400,
      "VALIDATION_ERROR",
      "email_verified",
    ]);
  });

  // security 94, 72
  test("keeps all fields that cannot be changed here", async () => {
    const user = await signUp(app);
    const row = () =>
      app.rows(`select to_jsonb(users) as row from users where id = '${user.userId}'`);
    const before = await row();
    for (const [field, value] of [
      ["password", goodPassword],
      ["password_hash", "x"],
      ["email", freshEmail()],
      ["roles", ["admin"]],
      ["role", "admin"],
      ["permissions", ["users:write"]],
      ["id", Bun.randomUUIDv7()],
      ["deleted_at", null],
      ["disabled_at", null],
      ["credentials_version", 9],
      ["isAdmin", true],
      ["constructor", {}],
      ["status", "deleted"],
      ["status", null],
      ["username", "a@b"],
      ["avatar_url", "javascript:alert(1)"],
      ["metadata", { note: "x".repeat(9000) }],
      ["name", "a\u0000b"],
    ] as const) {
      const answer = await users.change(user.userId, { [field]: value });
      expect([field, ...outcomeOf(answer).slice(0, 2)]).toEqual([field, 400, "VALIDATION_ERROR"]);
    }
    expect(await row()).toEqual(before);
  });

  test("cannot get another user's username", async () => {
    const [user, other] = [await signUp(app), await signUp(app, { username: `is-${database}` })];
    const answer = await users.change(user.userId, { username: `IS-${database}`, name: "x" });
    expect(outcomeOf(answer)).toEqual([400, "DUPLICATE_USERNAME", "username"]);
    expect(await auditOf(app, answer)).toEqual([
      expect.objectContaining({ action: "user.updated", result: "failure", user_id: user.userId }),
    ]);
    expect((await users.show(user.userId)).json.data).toMatchObject({ username: null, name: null });
    expect((await users.show(other.userId)).json.data.username).toBe(`is-${database}`);
  });

  test("an unknown user is not found", async () => {
    for (const id of [Bun.randomUUIDv7(), "none", "%27", "me%00", "..%2fme"]) {
      const outcomes = [
        await users.remove(id),
        await users.restore(id),
        await users.sessions(id),
        await users.revoke(id),
        await users.change(id, { name: "x" }),
      ].map(({ status }) => status);
      expect([id, new Set(outcomes)]).toEqual([id, new Set([/%00|%2f/.test(id) ? 400 : 404])]);
    }
  });
});

// With concealed accounts a user gets a username only when the address is verified.
test("a user who is marked as verified gets the requested username if it is still free", async () => {
  await using app = await startTestApp({ settings: { CONCEAL_ACCOUNTS: "true" } });
  const users = usersApi(app, await signInAdmin(app));
  const newcomer = async () => {
    const json = { email: freshEmail(), password: goodPassword, username: "wanted" };
    await app.post("/api/v1/auth/register", json);
    const [user] = await app.rows(`select id from users where email = '${json.email}'`);
    return String(user?.["id"]);
  };
  const [first, second, third] = [await newcomer(), await newcomer(), await newcomer()];
  const vouch = async (id: string, more = {}) => {
    const { status, json } = await users.change(id, { email_verified: true, ...more });
    return [status, json.data?.username ?? json.error?.code ?? null];
  };
  expect(await vouch(first, { username: "given" })).toEqual([200, "given"]);
  const raced = await race(2, (index) => vouch(index === 0 ? second : third));
  expect(raced).toContainEqual([200, "wanted"]);
  expect(raced).toContainEqual([200, null]);
});

// security 97
test("an actor cannot change, disable, delete or restore a user with more permissions", async () => {
  await using app = await startTestApp();
  const [admin, boss] = [await signInAdmin(app), await signInAdmin(app)];
  const auditor = await signUpWith(app, ["audit:read"]);
  const helper = usersApi(app, await signUpWith(app, ["users:read", "users:write"]));
  const every = ["users:read", "users:write", "roles:assign", "audit:read", "clients:write"];
  const deputy = usersApi(app, await signUpWith(app, every));
  const acts = (api: UsersApi, id: string) => [
    () => api.change(id, { name: "Mallory" }),
    () => api.change(id, { status: "disabled" }),
    () => api.revoke(id),
    () => api.remove(id),
    () => api.restore(id),
  ];
  for (const act of [...acts(helper, boss.userId), ...acts(deputy, boss.userId)]) {
    const answer = await act();
    expect(outcomeOf(answer)).toEqual([403, "FORBIDDEN"]);
    expect(await auditOf(app, answer)).toEqual([
      expect.objectContaining({
        result: "failure",
        user_id: boss.userId,
        detail: expect.objectContaining({ reason: "FORBIDDEN" }),
      }),
    ]);
  }
  for (const act of acts(helper, auditor.userId)) expect((await act()).status).toBe(403);
  expect(await statusOfMe(app, auditor.accessToken)).toBe(200);
  for (const act of acts(deputy, auditor.userId)) expect((await act()).status).toBe(200);
  for (const act of acts(usersApi(app, admin), boss.userId)) {
    expect((await act()).status).toBe(200);
  }
  // A role counts by its present permissions: one that allows nothing more does not matter.
  const titular = await signUp(app);
  await giveRoles(app, titular, [await makeRole(app, ["users:read"])]);
  expect((await helper.change(titular.userId, { name: "x" })).status).toBe(200);
});

// A decision on the former state of a user is not applied to a changed user.
test("racing changes and assignments are all kept, and each is audited once", async () => {
  await using app = await startTestApp();
  const users = usersApi(app, await signInAdmin(app));
  const user = await signUp(app);
  const role = await makeRole(app, []);
  const fields = ["name", "phone", "locale", "avatar_url"];
  const values = ["N", "12345", "de", "https://example.com/x"];
  const answers = await race(5, (index) => {
    const field = fields[index];
    return field === undefined
      ? giveRoles(app, user, [role]).then(() => 200)
      : users.change(user.userId, { [field]: values[index] }).then(({ status }) => status);
  });
  expect(answers).toEqual([200, 200, 200, 200, 200]);
  expect((await users.show(user.userId)).json.data).toMatchObject({
    name: "N",
    phone: "12345",
    locale: "de",
    avatar_url: "https://example.com/x",
    roles: ["user", role],
  });
  const rows = await app.rows(
    `select action from audit_log where user_id = '${user.userId}'
     and action in ('user.updated', 'user.roles_changed')`,
  );
  expect(rows).toHaveLength(5);
});

import { afterEach, beforeAll, describe, expect, setSystemTime, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword, logIn, mailTo, signUp } from "../support/journey.ts";
import { kindsOfMailTo } from "../support/own-account.ts";
import { race } from "../support/race.ts";
import { makeRole, signUpWith } from "../support/roles.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { eventsOf, outcomeOf, type UsersApi, usersApi } from "../support/user-administration.ts";

afterEach(() => {
  setSystemTime();
});

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });
  let users: UsersApi;

  beforeAll(async () => {
    users = usersApi(app, await signInAdmin(app));
  });

  const choose = (token: string) =>
    app.post("/api/v1/auth/password/reset-confirm", { token, password: goodPassword });

  // security 72
  test("an invitation leads to an account that only its owner can sign in to", async () => {
    const role = await makeRole(app, ["audit:read"]);
    const email = freshEmail();
    const created = await users.create({
      email: email.toUpperCase(),
      username: "Invited",
      name: "Grace",
      locale: "de-at",
      metadata: { team: 7 },
      roles: [role, "user", role],
    });
    const { user_id: userId, user, message } = created.json.data;
    expect([created.status, message]).toEqual([201, expect.stringContaining("created")]);
    expect(user).toMatchObject({
      id: userId,
      email,
      username: "Invited",
      name: "Grace",
      locale: "de-AT",
      metadata: { team: 7 },
      email_verified: false,
      roles: ["user", role],
      status: "active",
    });
    expect((await users.show(userId)).json.data).toEqual(user);
    expect(await auditOf(app, created)).toEqual([
      expect.objectContaining({
        action: "user.created",
        result: "success",
        actor_kind: "user",
        user_id: userId,
        detail: { roles: [role] },
      }),
    ]);
    expect(await eventsOf(app, userId, "user.registered")).toEqual([{ user_id: userId, email }]);

    const mail = await mailTo(app, email);
    expect([mail.kind, mail.code]).toEqual(["reset-password", ""]);
    expect(mail.text).toStartWith("Guten Tag Grace,");
    expect(mail.text).toContain("Für Sie wurde");
    expect(mail.text).toContain("24 Stunden");
    expect(mail.link).toStartWith("http://localhost:8000/reset-password?token=");
    expect(created.text).not.toContain(mail.token);
    expect(outcomeOf(await logIn(app, { email, password: goodPassword }))).toEqual([
      401,
      "INVALID_CREDENTIALS",
    ]);

    expect((await choose(mail.token)).status).toBe(200);
    const signedIn = await logIn(app, { email, password: goodPassword });
    expect([signedIn.status, signedIn.json.data.user]).toEqual([
      200,
      expect.objectContaining({ id: userId, email_verified: true, roles: ["user", role] }),
    ]);
    expect(outcomeOf(await choose(mail.token))).toEqual([401, "INVALID_TOKEN"]);
    await mailTo(app, email, 2);
    expect(kindsOfMailTo(app, email)).toEqual(["reset-password", "password-changed"]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 72
  test("the inviting actor can set no password and no other private field", async () => {
    const email = freshEmail();
    for (const [field, value] of [
      ["password", goodPassword],
      ["password_hash", "$2b$10$abcdefghijklmnopqrstuv"],
      ["email_verified", true],
      ["status", "disabled"],
      ["id", Bun.randomUUIDv7()],
      ["permissions", ["users:read"]],
      ["credentials_version", 7],
      ["created_at", "2020-01-01T00:00:00Z"],
      ["constructor", { prototype: {} }],
    ] as const) {
      const answer = await users.create({ email, [field]: value });
      expect([field, ...outcomeOf(answer)]).toEqual([field, 400, "VALIDATION_ERROR", field]);
    }
    for (const [json, code] of [
      [{}, "VALIDATION_ERROR"],
      [{ email: "unknown" }, "INVALID_EMAIL"],
      [{ email: ["a@example.com"] }, "VALIDATION_ERROR"],
      [{ email, username: "a@b" }, "VALIDATION_ERROR"],
      [{ email, locale: "?" }, "VALIDATION_ERROR"],
      [{ email, metadata: { note: "x".repeat(9000) } }, "VALIDATION_ERROR"],
      [{ email, roles: ["unknown-role"] }, "VALIDATION_ERROR"],
      [{ email, roles: "admin" }, "VALIDATION_ERROR"],
    ] as const) {
      expect([json, ...outcomeOf(await users.create(json)).slice(0, 2)]).toEqual([json, 400, code]);
    }
    expect(await app.rows(`select id from users where email = '${email}'`)).toHaveLength(0);
    expect(kindsOfMailTo(app, email)).toEqual([]);
  });

  test("an address and a username are unique, and of racing invitations one is sent", async () => {
    const taken = await signUp(app, { username: `taken-${database}` });
    const email = freshEmail();
    const byEmail = await users.create({ email: taken.email });
    const byName = await users.create({ email, username: `TAKEN-${database}` });
    expect([outcomeOf(byEmail), outcomeOf(byName)]).toEqual([
      [400, "DUPLICATE_EMAIL", "email"],
      [400, "DUPLICATE_USERNAME", "username"],
    ]);
    expect(await auditOf(app, byEmail)).toEqual([
      expect.objectContaining({
        action: "user.created",
        result: "failure",
        user_id: null,
        detail: { roles: [], reason: "DUPLICATE_EMAIL" },
      }),
    ]);
    const answers = await race(12, () => users.create({ email }));
    const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
    expect([count(201), count(400)]).toEqual([1, 11]);
    await mailTo(app, email);
    expect(kindsOfMailTo(app, email)).toEqual(["reset-password"]);
  });

  test("an expired invitation can be renewed, and no reminder is sent", async () => {
    const email = freshEmail();
    const { user_id: userId } = (await users.create({ email })).json.data;
    const { token } = await mailTo(app, email);
    setSystemTime(new Date(Date.now() + (24 * 3600 + 1) * 1000));
    expect(outcomeOf(await choose(token))).toEqual([401, "EXPIRED_TOKEN"]);
    await app.post("/api/v1/auth/password/reset", { email });
    const again = await mailTo(app, email, 2);
    expect((await choose(again.token)).status).toBe(200);
    const [row] = await app.rows(`select verify_reminders_sent from users where id = '${userId}'`);
    expect(row).toEqual({ verify_reminders_sent: 2 });
  });
});

// security 97
test("an invitation includes roles if the actor may assign them and has their permissions", async () => {
  await using app = await startTestApp();
  const role = await makeRole(app, ["clients:write"]);
  const harmless = await makeRole(app, ["users:write"]);
  const byName = await makeRole(app, []);
  const create = async (permissions: string[], roles: string[]) =>
    outcomeOf(
      await usersApi(app, await signUpWith(app, permissions)).create({
        email: freshEmail(),
        roles,
      }),
    );
  expect(await create(["users:write"], [])).toEqual([201, undefined]);
  expect(await create(["users:write"], ["user"])).toEqual([201, undefined]);
  expect(await create(["users:write"], [harmless])).toEqual([403, "FORBIDDEN"]);
  const both = ["users:write", "roles:assign"];
  expect(await create(both, [harmless])).toEqual([201, undefined]);
  expect(await create(both, [role])).toEqual([403, "FORBIDDEN"]);
  expect(await create(both, [byName])).toEqual([403, "FORBIDDEN"]);
  expect(await create([...both, "clients:write"], [role])).toEqual([201, undefined]);
  expect(await create(both, ["admin"])).toEqual([403, "FORBIDDEN"]);
  const refused = await app.rows(
    `select distinct detail ->> 'reason' as reason from audit_log
     where action = 'user.created' and result = 'failure'`,
  );
  expect([...refused]).toEqual([{ reason: "FORBIDDEN" }]);
});

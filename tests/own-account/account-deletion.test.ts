import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword, logIn, mailTo, signUp } from "../support/journey.ts";
import { deleteAccount, mailedChange } from "../support/own-account.ts";
import { race } from "../support/race.ts";
import { outcomeOfRefresh, refresh, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // security 35, 49: the deleted user of each
  // part of security 48: a deletion
  test("every session of the user ends, no other user's does, and the user cannot sign in again", async () => {
    const user = await signUp(app, { username: "leaver" });
    const elsewhere = (await logIn(app, user)).json.data;
    const bystander = await signUp(app);

    const answer = await deleteAccount(app, user.accessToken, { password: user.password });
    expect([answer.status, answer.json.data]).toEqual([200, { message: expect.any(String) }]);
    for (const { access, refreshing } of [
      { access: user.accessToken, refreshing: user.refreshToken },
      { access: elsewhere.access_token, refreshing: elsewhere.refresh_token },
    ]) {
      expect(await statusOfMe(app, access)).toBe(401);
      expect(await outcomeOfRefresh(app, refreshing)).toEqual([401, "INVALID_TOKEN"]);
    }
    for (const identifier of [{ email: user.email }, { username: "leaver" }]) {
      const json = { ...identifier, password: user.password };
      const signedIn = await app.post("/api/v1/auth/login", json);
      expect([signedIn.status, signedIn.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);
    }
    expect((await refresh(app, bystander.refreshToken)).status).toBe(200);

    expect(await auditOf(app, answer)).toMatchObject([
      { action: "user.deleted", result: "success", actor_kind: "user", user_id: user.userId },
    ]);
    const events = await app.rows(
      `select payload->'data' as data from events
       where user_id = '${user.userId}' and type = 'user.deleted'`,
    );
    expect(events).toEqual([{ data: { user_id: user.userId, email: user.email } }]);
    const ended = await app.rows(
      `select distinct end_reason from sessions where user_id = '${user.userId}'`,
    );
    expect(ended).toEqual([{ end_reason: "user_deleted" }]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // part of security 99: the user's links are revoked, the address is free, and the id is not used again
  test("the user's links are revoked, and a new user can have the address", async () => {
    const user = await signUp(app, { username: "freed" });
    const change = await mailedChange(app, user);
    await app.post("/api/v1/auth/password/reset", { email: user.email });
    const reset = await eventually(
      () => mailTo(app, user.email),
      ({ kind }) => kind === "reset-password",
    );
    await deleteAccount(app, user.accessToken, { password: user.password });

    for (const [path, json] of [
      ["email/change-confirm", { token: change.token }],
      ["password/reset-confirm", { token: reset.token, password: "Another-good-one-1!" }],
    ] as const) {
      const answer = await app.post(`/api/v1/auth/${path}`, json);
      expect([path, answer.status, answer.json.error?.code]).toEqual([path, 401, "INVALID_TOKEN"]);
    }
    const again = await app.post("/api/v1/auth/register", {
      email: user.email,
      password: goodPassword,
    });
    expect(again.status).toBe(201);
    expect(again.json.data.user_id).not.toBe(user.userId);
    const rows = await app.rows(
      `select id, deleted_at is null as lives from users where email = '${user.email}' order by created_at`,
    );
    expect(rows).toEqual([
      { id: user.userId, lives: false },
      { id: again.json.data.user_id, lives: true },
    ]);
  });

  // Bad day: an impatient finger, or two devices.
  test("of ten concurrent deletions one succeeds, and one is audited", async () => {
    const user = await signUp(app);
    const statuses = await race(10, async () => {
      return (await deleteAccount(app, user.accessToken, { password: user.password })).status;
    });
    expect(statuses.toSorted((left, right) => left - right)).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 401),
    ]);
    const audit = await app.rows(
      `select id from audit_log where user_id = '${user.userId}' and action = 'user.deleted' and result = 'success'`,
    );
    const events = await app.rows(
      `select id from events where user_id = '${user.userId}' and type = 'user.deleted'`,
    );
    expect([audit.length, events.length]).toEqual([1, 1]);
  });
});

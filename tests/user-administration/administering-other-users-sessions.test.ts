import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { logIn, signUp } from "../support/journey.ts";
import { signUpWith } from "../support/roles.ts";
import { outcomeOfRefresh, sessionOf, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { idsOf, outcomeOf, useAdmin, usersApi } from "../support/user-administration.ts";

describe("on Postgres", () => {
  const app = useTestApp();
  const admin = useAdmin(app);

  test("they are listed like own sessions, for that user only", async () => {
    const user = await signUp(app);
    const second = (await logIn(app, user)).json.data.access_token;
    const usersIds = [sessionOf(second), sessionOf(user.accessToken)];
    const listed = await admin.users.sessions(user.userId);
    expect(idsOf(listed)).toEqual(usersIds);
    expect(listed.json.data.items[0]).toEqual({
      id: usersIds[0],
      current: false,
      ip: "127.0.0.1",
      user_agent: expect.any(String),
      created_at: expect.any(String),
      last_used_at: expect.any(String),
      expires_at: expect.any(String),
    });
    const first = await admin.users.sessions(user.userId, "limit=1");
    const cursor: string = first.json.data.next_cursor;
    expect(idsOf(await admin.users.sessions(user.userId, `limit=1&cursor=${cursor}`))).toEqual(
      usersIds.slice(1),
    );
    const own = await admin.users.sessions(admin.user.userId);
    expect(own.json.data.items).toMatchObject([
      { id: sessionOf(admin.user.accessToken), current: true },
    ]);
  });

  // security 50; bad day: an account was taken over.
  test("all of them are ended, and no other user's", async () => {
    const [user, other] = [await signUp(app), await signUp(app)];
    const second = (await logIn(app, user)).json.data.access_token;
    const revoked = await admin.users.revoke(user.userId);
    expect([revoked.status, revoked.json.data.revoked]).toEqual([200, 2]);
    for (const token of [user.accessToken, second]) expect(await statusOfMe(app, token)).toBe(401);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(await statusOfMe(app, other.accessToken)).toBe(200);
    expect(await auditOf(app, revoked)).toEqual([
      expect.objectContaining({
        action: "session.revoked",
        result: "success",
        actor_kind: "user",
        user_id: user.userId,
        detail: { sessions: 2 },
      }),
    ]);
    // There is nothing left to end, and the attempt is audited.
    const again = await admin.users.revoke(user.userId);
    expect([again.json.data.revoked, (await auditOf(app, again)).length]).toEqual([0, 1]);
    expect(idsOf(await admin.users.sessions(user.userId))).toEqual([]);
    expect((await logIn(app, user)).status).toBe(200);
  });
});

// security 50; part of security 92
test("an actor without the permission neither sees nor ends another user's session", async () => {
  await using app = await startTestApp();
  const user = await signUp(app);
  const own = "/api/v1/users/me/sessions";
  for (const caller of [await signUp(app), await signUpWith(app, ["users:read"])]) {
    const api = usersApi(app, caller);
    expect(outcomeOf(await api.sessions(user.userId))).toEqual([403, "FORBIDDEN"]);
    expect(outcomeOf(await api.revoke(user.userId))).toEqual([403, "FORBIDDEN"]);
    const bearer = caller.accessToken;
    const answer = await app.call("DELETE", `${own}/${sessionOf(user.accessToken)}`, { bearer });
    expect(outcomeOf(answer)).toEqual([404, "NOT_FOUND"]);
  }
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
});

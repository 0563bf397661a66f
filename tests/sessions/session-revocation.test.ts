import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { outcomeOfRefresh, sessionOf, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const unknown = "018f2c6e-0000-7000-8000-000000000000";

describe("on Postgres", () => {
  const app = useTestApp();

  function end(id: string, bearer: string) {
    return app.call("DELETE", `/api/v1/users/me/sessions/${id}`, { bearer });
  }

  // security 35; part of security 50. Bad day: the phone is stolen.
  test("the revoked session is refused, the others stay active, and it is audited", async () => {
    const user = await signUp(app);
    const { access_token: stolen, refresh_token: itsRefreshToken } = (await logIn(app, user)).json
      .data;
    expect(await statusOfMe(app, stolen)).toBe(200);
    const answer = await end(sessionOf(stolen), user.accessToken);
    expect([answer.status, answer.text, answer.headers.get("content-type")]).toEqual([
      204,
      "",
      null,
    ]);

    expect(await statusOfMe(app, stolen)).toBe(401);
    const forward = await app.call("GET", "/api/v1/auth/forward", { bearer: stolen });
    expect(forward.status).toBe(401);
    expect(await outcomeOfRefresh(app, itsRefreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([200, undefined]);
    expect(await auditOf(app, answer)).toEqual([
      expect.objectContaining({
        action: "session.revoked",
        result: "success",
        actor_kind: "user",
        user_id: user.userId,
        session_id: sessionOf(stolen),
      }),
    ]);

    const again = await end(sessionOf(stolen), user.accessToken);
    expect([again.status, again.json.error.code]).toEqual([404, "NOT_FOUND"]);
    expect(await auditOf(app, again)).toEqual([]);
  });

  test("a user can revoke the current session", async () => {
    const { accessToken, refreshToken } = await signUp(app);
    expect((await end(sessionOf(accessToken), accessToken)).status).toBe(204);
    expect(await statusOfMe(app, accessToken)).toBe(401);
    expect(await outcomeOfRefresh(app, refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect((await end(sessionOf(accessToken), accessToken)).status).toBe(401);
  });

  // part of security 50, 92. Attack: to end another user's session by its id, or to learn that it exists.
  test("another user's session is not found, and stays active", async () => {
    const user = await signUp(app);
    const other = await signUp(app);
    const answers = [
      await end(sessionOf(other.accessToken), user.accessToken),
      await end(unknown, user.accessToken),
    ];
    for (const { status, json } of answers) {
      expect([status, { ...json, timestamp: "" }]).toEqual([
        404,
        { success: false, error: { ...answers[0]?.json.error }, timestamp: "" },
      ]);
    }
    expect(await statusOfMe(app, other.accessToken)).toBe(200);
    expect(await outcomeOfRefresh(app, other.refreshToken)).toEqual([200, undefined]);
    const recorded = `select 1 from audit_log where action = 'session.revoked' and user_id = '${other.userId}'`;
    expect(await app.rows(recorded)).toEqual([]);
  });

  // security 104
  test("a malformed id is not found", async () => {
    const { accessToken: bearer } = await signUp(app);
    const id = sessionOf(bearer);
    for (const text of [
      "x",
      "1",
      "%00",
      "%ff",
      "%",
      "%27%20or%201=1--",
      id.toUpperCase(),
      `{${id}}`,
      `${id}%0a`,
      id.replaceAll("-", ""),
      id.slice(1),
      "*",
      "current",
      "x".repeat(65),
      "é".repeat(1000),
    ]) {
      const { status } = await end(text, bearer);
      expect([text.slice(0, 40), [400, 404].includes(status)]).toEqual([text.slice(0, 40), true]);
    }
    expect(await statusOfMe(app, bearer)).toBe(200);
    expect((await app.call("DELETE", `/api/v1/users/me/sessions/${id}`)).status).toBe(401);
    const faults = app.log.filter((line) => line.includes('"level":"error"'));
    expect(faults).toEqual([]);
  });

  test("of concurrent revocations of one session one succeeds", async () => {
    const user = await signUp(app);
    const { access_token: token } = (await logIn(app, user)).json.data;
    const answers = await race(20, () => end(sessionOf(token), user.accessToken));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.filter((status) => status === 404)).toHaveLength(19);
    const recorded = `select 1 as one from audit_log where action = 'session.revoked' and session_id = '${sessionOf(token)}'`;
    expect(await app.rows(recorded)).toEqual([{ one: 1 }]);
  });
});

// security 35
test("a session that one replica revokes is refused by the others", async () => {
  await using app = await startTestApp();
  const replica = await app.replica();
  const user = await signUp(app);
  const { access_token: token, refresh_token: refreshToken } = (await logIn(app, user)).json.data;
  expect(await statusOfMe(replica, token)).toBe(200);
  const ended = await app.call("DELETE", `/api/v1/users/me/sessions/${sessionOf(token)}`, {
    bearer: user.accessToken,
  });
  expect(ended.status).toBe(204);
  await eventually(
    () => statusOfMe(replica, token),
    (status) => status === 401,
  );
  expect(await outcomeOfRefresh(replica, refreshToken)).toEqual([401, "INVALID_TOKEN"]);
});

import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import {
  auditOf,
  outcomeOfRefresh,
  refreshed,
  refreshGrant,
  sessionOf,
  statusOfMe,
} from "../support/session-calls.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const refused = [401, "INVALID_TOKEN"];

afterEach(() => {
  setSystemTime();
});

/** A session that was refreshed twice, a minute ago. */
async function agedSession(app: TestApp) {
  const user = await signUp(app);
  const child = await refreshed(app, user.refreshToken);
  const newest = await refreshed(app, child.refreshToken);
  setSystemTime(Date.now() + 60_000);
  return { user, child, newest };
}

describe.each([...databaseKinds])("on %s", (database) => {
  // security 41, 44. Attack: a stolen token, used when its owner has long been given the next one. That nothing of it
  // is undone with the refused request, nor by a start of the service and its database.
  test("a reused token ends its session, its newest token included, and this is audited", async () => {
    await using app = await startTestApp({ database });
    const { user, child, newest } = await agedSession(app);

    const replayed = await refreshGrant(app, child.refreshToken);
    expect([replayed.status, replayed.json.error]).toEqual([400, "invalid_grant"]);
    expect(await outcomeOfRefresh(app, newest.refreshToken)).toEqual(refused);
    for (const token of [user.accessToken, child.accessToken, newest.accessToken]) {
      expect(await statusOfMe(app, token)).toBe(401);
    }
    const [session] = await app.rows(
      `select ended_at is not null as ended, end_reason from sessions where id = '${sessionOf(newest.refreshToken)}'`,
    );
    expect(session).toEqual({ ended: true, end_reason: "refresh_reuse" });
    const audit = `select result, user_id, ip_address, request_id <> '' as has_request from audit_log where action = 'session.refresh_reuse'`;
    expect(await app.rows(audit)).toEqual([
      { result: "failure", user_id: user.userId, ip_address: "127.0.0.1", has_request: true },
    ]);

    if (database === "embedded") await app.server.stop(0);
    const after = await app.replica();
    for (const token of [user, child, newest]) {
      expect(await outcomeOfRefresh(after, token.refreshToken)).toEqual(refused);
      expect(await statusOfMe(after, token.accessToken)).toBe(401);
    }
    expect(await after.rows(audit)).toHaveLength(1);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 44. Attack: to wait for a restart, when what was known of old tokens is forgotten.
  test("reuse is detected after a restart", async () => {
    await using app = await startTestApp({ database });
    const { user, newest } = await agedSession(app);
    await app.server.stop(0);

    const after = await app.replica();
    expect(await outcomeOfRefresh(after, user.refreshToken)).toEqual(refused);
    expect(await outcomeOfRefresh(after, newest.refreshToken)).toEqual(refused);
    expect((await auditOf(after, newest.refreshToken)).at(-1)).toBe("session.refresh_reuse");
  });
});

test("concurrent reuse of one token is audited once", async () => {
  await using app = await startTestApp();
  const replica = await app.replica();
  const { child, newest } = await agedSession(app);
  const outcomes = await race(20, (index) =>
    outcomeOfRefresh(index % 2 === 0 ? app : replica, child.refreshToken),
  );
  expect(outcomes).toEqual(outcomes.map(() => refused));
  expect(await outcomeOfRefresh(app, newest.refreshToken)).toEqual(refused);
  expect(
    (await auditOf(app, newest.refreshToken)).filter(
      (action) => action === "session.refresh_reuse",
    ),
  ).toHaveLength(1);
});

// Attack: replay and refresh at the same time, so that one undoes the other.
test("reuse that races with the newest token leaves no valid token", async () => {
  await using app = await startTestApp();
  for (let round = 0; round < 25; round += 1) {
    const { child, newest } = await agedSession(app);
    const [first, second] = await race(2, (index) =>
      refreshGrant(app, (index === round % 2 ? child : newest).refreshToken),
    );
    const given = [first, second].flatMap((answer) => answer?.json.refresh_token ?? []);
    for (const token of [newest.refreshToken, ...given]) {
      expect(await outcomeOfRefresh(app, token)).toEqual(refused);
    }
    setSystemTime();
  }
});

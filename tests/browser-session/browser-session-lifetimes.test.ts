import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { browserHeaders, signUpInBrowser, statusInBrowser } from "../support/browser-session.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { sessionOf, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const minuteMs = 60_000;
const settings = { JWT_REFRESH_TOKEN_TTL: "1h", SESSION_MAX_AGE: "3h" };

afterEach(() => {
  setSystemTime();
});

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings });

  async function endsAt(sessionId: string): Promise<number> {
    const [row] = await app.rows(
      `select extract(epoch from expires_at) * 1000 as ends_at from sessions where id = '${sessionId}'`,
    );
    return Math.round(Number(row?.["ends_at"]));
  }

  /** Waits until the end of the session was written, up to a second after its use. */
  const written = (sessionId: string, end: number) =>
    eventually(
      () => endsAt(sessionId),
      (found) => found === end,
    );

  // security 45
  test("a browser session that is not used ends at its idle limit", async () => {
    const { token } = await signUpInBrowser(app);
    const start = Date.now();
    expect(await statusInBrowser(app, token)).toBe(200);
    setSystemTime(start + 60 * minuteMs);
    expect(await statusInBrowser(app, token)).toBe(401);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 45
  test("each use restarts the idle time, and none exceeds the absolute limit", async () => {
    const { token, sessionId } = await signUpInBrowser(app);
    const [row] = await app.rows(
      `select extract(epoch from absolute_expires_at) * 1000 as ends_at from sessions where id = '${sessionId}'`,
    );
    const end = Math.round(Number(row?.["ends_at"]));
    const start = end - 180 * minuteMs;
    for (const minutes of [50, 100, 150, 179]) {
      setSystemTime(start + minutes * minuteMs);
      expect([minutes, await statusInBrowser(app, token)]).toEqual([minutes, 200]);
      const idleEnd = start + (minutes + 60) * minuteMs;
      await written(sessionId, Math.min(idleEnd, end));
    }
    setSystemTime(end);
    expect(await statusInBrowser(app, token)).toBe(401);
  });

  test("the use of an access token does not lengthen a session that has no cookie", async () => {
    const { accessToken } = await signUp(app);
    const before = await endsAt(sessionOf(accessToken));
    const start = Date.now();
    setSystemTime(start + 30 * minuteMs);
    expect(await statusOfMe(app, accessToken)).toBe(200);
    await eventually(
      () =>
        app.rows(
          `select from sessions where id = '${sessionOf(accessToken)}' and last_used_at > created_at`,
        ),
      (rows) => rows.length === 1,
    );
    expect(await endsAt(sessionOf(accessToken))).toBe(before);
  });

  // The race: a session ends between its last use and the time at which that is written.
  test("a use that is written after the end does not bring the session back", async () => {
    const { token, sessionId } = await signUpInBrowser(app);
    const end = await endsAt(sessionId);
    setSystemTime(end - 1);
    expect(await statusInBrowser(app, token)).toBe(200);
    setSystemTime(end + 1);
    await eventually(
      () =>
        app.rows(`select from sessions where id = '${sessionId}' and last_used_at > created_at`),
      (rows) => rows.length === 1,
    );
    expect(await endsAt(sessionId)).toBe(end);
    expect(await statusInBrowser(app, token)).toBe(401);
  });
});

const strict = useTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "true" } });

// Bad day: the operator requires verified addresses from now on, and sessions from before go on.
test("the cookie of a user who has to verify the address first opens nothing", async () => {
  const { token, userId } = await signUpInBrowser(strict);
  await strict.rows(`update users set email_verified_at = null where id = '${userId}'`);
  const status = await eventually(
    () => statusInBrowser(strict, token),
    (found) => found === 401,
  );
  expect(status).toBe(401);
  const headers = browserHeaders(token);
  const forwarded = await strict.call("GET", "/api/v1/auth/forward", { headers });
  expect(forwarded.json.error.code).toBe("AUTHENTICATION_REQUIRED");
});

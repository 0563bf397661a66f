import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { decodeToken } from "../support/forge-token.ts";
import { signUp } from "../support/journey.ts";
import {
  outcomeOfRefresh,
  refresh,
  refreshed,
  sessionOf,
  statusOfMe,
} from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const minuteMs = 60_000;
const expired = [401, "EXPIRED_TOKEN"];
const settings = {
  JWT_REFRESH_TOKEN_TTL: "1h",
  SESSION_MAX_AGE: "3h",
  JWT_ACCESS_TOKEN_TTL: "24h",
};

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings });

  afterEach(() => {
    setSystemTime();
  });

  // security 45
  test("a session that is not refreshed ends at its idle limit, with its access token", async () => {
    const user = await signUp(app);
    const start = Date.now();
    setSystemTime(start + 59 * minuteMs);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);

    setSystemTime(start + 60 * minuteMs);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual(expired);
    expect(await statusOfMe(app, user.accessToken)).toBe(401);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 45
  test("each rotation restarts the idle time, and none exceeds the absolute limit", async () => {
    const user = await signUp(app);
    const start = Date.now();
    const sessionEnd = Number(decodeToken(user.accessToken).claims["iat"]) + 3 * 3600;
    let newest = { accessToken: user.accessToken, refreshToken: user.refreshToken };
    for (const minutes of [50, 100, 150, 170]) {
      setSystemTime(start + minutes * minuteMs);
      const answer = await refresh(app, newest.refreshToken);
      expect([minutes, answer.status]).toEqual([minutes, 200]);
      newest = {
        accessToken: answer.json.data.access_token,
        refreshToken: answer.json.data.refresh_token,
      };
      // What is promised is kept: neither token outlives the session.
      for (const token of [newest.accessToken, newest.refreshToken]) {
        const { exp, iat } = decodeToken(token).claims;
        const idleEnd = Number(iat) + 3600;
        expect(Math.abs(Number(exp) - Math.min(idleEnd, sessionEnd))).toBeLessThanOrEqual(1);
      }
      const { exp, iat } = decodeToken(newest.accessToken).claims;
      expect(answer.json.data.expires_in).toBe(Number(exp) - Number(iat));
    }
    setSystemTime(start + 180 * minuteMs);
    expect(await outcomeOfRefresh(app, newest.refreshToken)).toEqual(expired);
    expect(await statusOfMe(app, newest.accessToken)).toBe(401);
  });

  // security 45. Bad day: an operator shortens a session by SQL; its tokens say otherwise.
  test.each(["expires_at", "absolute_expires_at"])("the database decides: %s", async (column) => {
    const user = await signUp(app);
    await app.rows(
      `update sessions set ${column} = now() - interval '1 second' where id = '${sessionOf(user.accessToken)}'`,
    );
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(await statusOfMe(app, user.accessToken)).toBe(401);
  });

  // Attack: to keep a session alive by repeating an old refresh within the grace.
  test("a repeated refresh does not lengthen the session", async () => {
    const user = await signUp(app);
    const lifetime = `select expires_at, last_used_at from sessions where id = '${sessionOf(user.accessToken)}'`;
    const start = Date.now();
    await refreshed(app, user.refreshToken);
    const before = await app.rows(lifetime);
    setSystemTime(start + 5_000);
    await refreshed(app, user.refreshToken);
    expect(await app.rows(lifetime)).toEqual(before);
  });
});

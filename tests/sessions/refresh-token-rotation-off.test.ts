import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { decodeToken } from "../support/forge-token.ts";
import { signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import {
  auditOf,
  outcomeOfRefresh,
  refresh,
  refreshed,
  statusOfMe,
} from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const settings = {
  REFRESH_TOKEN_ROTATION: "false",
  JWT_REFRESH_TOKEN_TTL: "7h",
  SESSION_MAX_AGE: "30h",
  JWT_ACCESS_TOKEN_TTL: "24h",
};
const hourMs = 3_600_000;

afterEach(() => {
  setSystemTime();
});

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings });

  // security 45
  test("one refresh token works for the life of an active session: each refresh restarts the idle time", async () => {
    const user = await signUp(app);
    const start = Date.now();
    for (const hours of [0, 6, 12, 18, 24, 29]) {
      setSystemTime(start + hours * hourMs);
      const again = await refreshed(app, user.refreshToken);
      expect([hours, again.refreshToken]).toEqual([hours, user.refreshToken]);
      expect(await statusOfMe(app, again.accessToken)).toBe(200);
      // A service that verifies the access token by itself accepts it no longer than the session lasts without a refresh.
      const { exp, iat } = decodeToken(again.accessToken).claims;
      const expected = Math.min(7, 30 - hours) * (hourMs / 1000);
      expect(Math.abs(Number(exp) - Number(iat) - expected)).toBeLessThanOrEqual(1);
    }
    setSystemTime(start + 30 * hourMs);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "EXPIRED_TOKEN"]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 45
  test("a session that is not refreshed ends at its idle limit, whatever its refresh token says", async () => {
    const user = await signUp(app);
    const start = Date.now();
    setSystemTime(start + 3 * hourMs);
    const { accessToken } = await refreshed(app, user.refreshToken);
    setSystemTime(start + 10 * hourMs);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(await statusOfMe(app, accessToken)).toBe(401);
  });

  test("the refresh token ends with its session", async () => {
    const user = await signUp(app);
    await app.post("/api/v1/auth/logout", { refresh_token: user.refreshToken });
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
  });

  // A client's own token, from before: it did not use the tokens of the responses, which are the same.
  test("when switched on again, the session continues and its token is replaced", async () => {
    await using app = await startTestApp({ database, settings });
    const user = await signUp(app);
    const start = Date.now();
    setSystemTime(start + 6 * hourMs);
    await refreshed(app, user.refreshToken);
    await app.server.stop(0);
    const after = await app.replica({ ...settings, REFRESH_TOKEN_ROTATION: "true" });
    setSystemTime(start + 12 * hourMs);
    const next = await refreshed(after, user.refreshToken);
    expect(next.refreshToken).not.toBe(user.refreshToken);
    const { exp, iat } = decodeToken(next.refreshToken).claims;
    expect(Number(exp) - Number(iat)).toBe(7 * (hourMs / 1000));
  });

  test("20 concurrent callers all get new access tokens", async () => {
    const user = await signUp(app);
    const answers = await race(20, () => refresh(app, user.refreshToken));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const accessTokenIds = answers.map(
      ({ json }) => decodeToken(json.data.access_token).claims["jti"],
    );
    expect(new Set(accessTokenIds).size).toBe(20);
  });

  test("when switched off later, tokens that were replaced before are still recognised", async () => {
    await using app = await startTestApp({
      database,
      settings: { SESSION_MAX_AGE: settings.SESSION_MAX_AGE },
    });
    const [racing, robbed] = [await signUp(app), await signUp(app)];
    const newest = await refreshed(app, racing.refreshToken);
    await refreshed(app, robbed.refreshToken);
    await app.server.stop(0);

    const after = await app.replica(settings);
    // Bad day: the response before the restart was lost. The same token comes again, and stays from now on.
    const again = await refreshed(after, racing.refreshToken);
    const [first, before, now] = [racing, newest, again].map(
      ({ refreshToken }) => decodeToken(refreshToken).claims,
    );
    expect(now).toEqual({ ...before, exp: Number(first?.["iat"]) + 30 * (hourMs / 1000) });
    expect((await refreshed(after, newest.refreshToken)).refreshToken).toBe(again.refreshToken);
    // Attack: a stolen token; that tokens are no longer replaced makes this one no better.
    setSystemTime(Date.now() + 60_000);
    expect(await outcomeOfRefresh(after, robbed.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect((await auditOf(after, robbed.refreshToken)).at(-1)).toBe("session.refresh_reuse");
  });
});

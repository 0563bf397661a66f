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
import { startTestApp } from "../support/test-app.ts";

const settings = { REFRESH_TOKEN_ROTATION: "false", JWT_REFRESH_TOKEN_TTL: "7d" };
const dayMs = 86_400_000;

afterEach(() => {
  setSystemTime();
});

describe.each([...databaseKinds])("on %s", (database) => {
  test("the refresh token stays the same, lives for its time, and dies with the session", async () => {
    await using app = await startTestApp({ database, settings });
    const user = await signUp(app);
    const start = Date.now();
    for (const days of [0, 1, 6]) {
      setSystemTime(start + days * dayMs);
      const again = await refreshed(app, user.refreshToken);
      expect(again.refreshToken).toBe(user.refreshToken);
      expect(await statusOfMe(app, again.accessToken)).toBe(200);
    }
    setSystemTime(start + 7 * dayMs);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "EXPIRED_TOKEN"]);

    setSystemTime(start + dayMs);
    await app.post("/api/v1/auth/logout", { refresh_token: user.refreshToken });
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
  });

  test("20 callers at once all get new access tokens", async () => {
    await using app = await startTestApp({ database, settings });
    const user = await signUp(app);
    const answers = await race(20, () => refresh(app, user.refreshToken));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const accessTokenIds = answers.map(
      ({ json }) => decodeToken(json.data.access_token).claims["jti"],
    );
    expect(new Set(accessTokenIds).size).toBe(20);
  });

  test("switched off later, it still knows the tokens that were replaced before", async () => {
    await using app = await startTestApp({ database });
    const [racing, robbed] = [await signUp(app), await signUp(app)];
    const newest = await refreshed(app, racing.refreshToken);
    await refreshed(app, robbed.refreshToken);
    await app.server.stop(0);

    const after = await app.replica(settings);
    // Bad day: the answer before the restart was lost.
    expect((await refreshed(after, racing.refreshToken)).refreshToken).toBe(newest.refreshToken);
    // Attack: a stolen token; that tokens are no longer replaced makes this one no better.
    setSystemTime(Date.now() + 60_000);
    expect(await outcomeOfRefresh(after, robbed.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect((await auditOf(after, robbed.refreshToken)).at(-1)).toBe("session.refresh_reuse");
  });
});

import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { decodeToken } from "../support/forge-token.ts";
import { nextChange } from "../support/next-change.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { refresh, sessionOf, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const minuteMs = 60_000;

// A cached token must not outlive its expiry or its session: no notification is sent when a time is reached.
describe.each([...databaseKinds])("on %s, a cached token", (database) => {
  const settings = { JWT_ACCESS_TOKEN_TTL: "15m", JWT_REFRESH_TOKEN_TTL: "1h" };
  const app = useTestApp({ database, settings });

  afterEach(() => {
    setSystemTime();
  });

  async function cachedUser(): Promise<SignedInUser> {
    const user = await signUp(app);
    await eventually(() => app.platform.changes.isLive(), Boolean);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    return user;
  }

  /** Sets an expiry of a session by SQL, and waits until the application is notified. */
  async function shorten(token: string, column: string, endsAt: number) {
    const id = sessionOf(token);
    const notified = nextChange(app.platform.changes, id);
    await app.rows(
      `update sessions set ${column} = '${new Date(endsAt).toISOString()}' where id = '${id}'`,
    );
    await notified;
  }

  async function outcomes(token: string) {
    const me = await app.call("GET", "/api/v1/users/me", { bearer: token });
    const forward = await app.call("GET", "/api/v1/auth/forward", { bearer: token });
    const validated = await app.post("/api/v1/auth/validate-token", { token });
    return [me, forward, validated].map(({ status, json }) => json?.error?.code ?? status);
  }

  // security 30
  test("is refused from the time at which it expires", async () => {
    const { accessToken } = await cachedUser();
    const expiresAt = Number(decodeToken(accessToken).claims["exp"]) * 1000;
    setSystemTime(expiresAt - 1);
    expect(await outcomes(accessToken)).toEqual([200, 200, 200]);
    setSystemTime(expiresAt);
    expect(await outcomes(accessToken)).toEqual(Array(3).fill("EXPIRED_TOKEN"));
    expect(await outcomes(accessToken)).toEqual(Array(3).fill("EXPIRED_TOKEN"));
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 45
  test("is refused from the time at which its session expires, by its idle or its absolute limit", async () => {
    for (const column of ["expires_at", "absolute_expires_at"]) {
      const { accessToken } = await cachedUser();
      const endsAt = Date.now() + 5 * minuteMs;
      await shorten(accessToken, column, endsAt);
      setSystemTime(endsAt - 1);
      expect(await outcomes(accessToken)).toEqual([200, 200, 200]);
      setSystemTime(endsAt);
      expect(await outcomes(accessToken)).toEqual(Array(3).fill("INVALID_TOKEN"));
      setSystemTime();
    }
  });

  test("is not refused when its session was extended meanwhile", async () => {
    const user = await cachedUser();
    const endsAt = Date.now() + 5 * minuteMs;
    await shorten(user.accessToken, "expires_at", endsAt);
    expect(await outcomes(user.accessToken)).toEqual([200, 200, 200]);
    expect((await refresh(app, user.refreshToken)).status).toBe(200);
    setSystemTime(endsAt);
    expect(await outcomes(user.accessToken)).toEqual([200, 200, 200]);
  });
});

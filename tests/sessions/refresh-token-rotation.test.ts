import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { logIn, signUp } from "../support/journey.ts";
import {
  auditOf,
  outcomeOfRefresh,
  refresh,
  refreshed,
  refreshGrant,
  statusOfMe,
} from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const graceSeconds = 10;

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  afterEach(() => {
    setSystemTime();
  });

  // security 40
  test("every refresh gives a new refresh token and a new access token, and the session continues", async () => {
    const user = await signUp(app);
    const seen = new Set([user.accessToken, user.refreshToken]);
    let token = user.refreshToken;
    for (let round = 1; round <= 5; round += 1) {
      const next = await refreshed(app, token);
      seen.add(next.accessToken).add(next.refreshToken);
      expect(seen.size).toBe(2 + 2 * round);
      expect(await statusOfMe(app, next.accessToken)).toBe(200);
      token = next.refreshToken;
    }
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    expect(await auditOf(app, token)).toEqual([
      "user.login",
      ...Array(5).fill("session.refreshed"),
    ]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 43
  test("within the grace period the predecessor gives the same successor, without another rotation", async () => {
    const user = await signUp(app);
    const start = Date.now();
    setSystemTime(start);
    const first = await refreshed(app, user.refreshToken);
    setSystemTime(start + graceSeconds * 1000 - 1);
    for (const answer of [
      await refresh(app, user.refreshToken),
      await refresh(app, user.refreshToken),
    ]) {
      expect([answer.status, answer.json.data.refresh_token]).toEqual([200, first.refreshToken]);
      expect(await statusOfMe(app, answer.json.data.access_token)).toBe(200);
    }
    const granted = await refreshGrant(app, user.refreshToken);
    expect([granted.status, granted.json.refresh_token]).toEqual([200, first.refreshToken]);
    expect(await auditOf(app, user.refreshToken)).toEqual([
      "user.login",
      "session.refreshed",
      ...Array(3).fill("session.refresh_grace"),
    ]);
    expect((await refresh(app, first.refreshToken)).status).toBe(200);
  });

  // security 40
  test("after the grace period the predecessor is refused", async () => {
    const user = await signUp(app);
    const start = Date.now();
    setSystemTime(start);
    await refreshed(app, user.refreshToken);
    setSystemTime(start + graceSeconds * 1000);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
  });

  // security 43. Attack: a token stolen just before, and used while its owner goes on refreshing.
  test("a token older than the immediate predecessor ends the session, also within the grace period", async () => {
    const user = await signUp(app);
    const child = await refreshed(app, user.refreshToken);
    const grandchild = await refreshed(app, child.refreshToken);

    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(await outcomeOfRefresh(app, child.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(await outcomeOfRefresh(app, grandchild.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(await statusOfMe(app, grandchild.accessToken)).toBe(401);
    expect(await auditOf(app, user.refreshToken)).toEqual([
      "user.login",
      "session.refreshed",
      "session.refreshed",
      "session.refresh_reuse",
    ]);
  });

  test("the end of a session does not affect the user's other sessions", async () => {
    const user = await signUp(app);
    const { data: other } = (await logIn(app, user)).json;
    const child = await refreshed(app, user.refreshToken);
    await refreshed(app, child.refreshToken);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);

    expect(await statusOfMe(app, other.access_token)).toBe(200);
    expect((await refresh(app, other.refresh_token)).status).toBe(200);
  });
});

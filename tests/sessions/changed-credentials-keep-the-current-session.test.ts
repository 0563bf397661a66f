import { expect, test } from "bun:test";

import { meanwhile } from "../support/held-rows.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { refresh, sessionOf, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

/** What a change of password does to its user and to the session that makes it. */
function change({ userId, accessToken }: SignedInUser): string {
  return `update users set credentials_version = credentials_version + 1 where id = '${userId}';
    update sessions set credentials_version = credentials_version + 1 where id = '${sessionOf(accessToken)}'`;
}

// Bad day: the application refreshes by itself while the password is changed in it.
test("a refresh of the current session succeeds", async () => {
  const user = await signUp(app);
  const answer = await meanwhile(app, change(user), () => refresh(app, user.refreshToken));
  expect([answer.status, answer.json.error?.code]).toEqual([200, undefined]);
  const { access_token: accessToken, refresh_token: refreshToken } = answer.json.data;
  expect(await statusOfMe(app, accessToken)).toBe(200);
  expect((await refresh(app, refreshToken)).status).toBe(200);
});

// Attack: an intruder changes the password with a session that its owner is ending, and so keeps it.
// security 46
test.each([
  ["a log-out", "POST", () => "/api/v1/auth/logout", 200],
  ["a log-out everywhere", "POST", () => "/api/v1/auth/logout-all", 200],
  ["its end from the list", "DELETE", (id: string) => `/api/v1/users/me/sessions/${id}`, 204],
] as const)("%s ends the current session", async (_, method, pathOf, status) => {
  const user = await signUp(app);
  const { accessToken: bearer } = user;
  const other = (await logIn(app, user)).json.data;
  const path = pathOf(sessionOf(bearer));
  const answer = await meanwhile(app, change(user), () => app.call(method, path, { bearer }));
  expect(answer.status).toBe(status);
  expect(await statusOfMe(app, bearer)).toBe(401);
  expect((await refresh(app, user.refreshToken)).status).toBe(401);
  expect(await statusOfMe(app, other.access_token)).toBe(401);
});

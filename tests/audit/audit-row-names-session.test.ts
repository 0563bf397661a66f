import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { sessionOf } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let admin: SignedInUser;

beforeAll(async () => {
  admin = await signInAdmin(app);
});

const sessionsOnRecord = (action: string, userId: string) =>
  app.rows(`select result, session_id from audit_log
    where action = '${action}' and user_id = '${userId}' order by at, id`);

// After an administrator's token was stolen: what was done with it, and what with the administrator's own.
test("an administrator's action is recorded with the administrator's session", async () => {
  const { userId } = await signUp(app);
  const session_id = sessionOf(admin.accessToken);
  const path = `/api/v1/users/${userId}`;
  const options = { bearer: admin.accessToken };
  await app.call("PATCH", path, { ...options, json: { status: "disabled" } });
  await app.call("DELETE", path, options);
  const succeeded = [{ result: "success", session_id }];
  expect(await sessionsOnRecord("user.disabled", userId)).toEqual(succeeded);
  expect(await sessionsOnRecord("user.deleted", userId)).toEqual(succeeded);
});

test("a refused attempt is recorded with its session as well", async () => {
  const call = { bearer: admin.accessToken, json: { roles: [] } };
  const { status } = await app.call("PUT", `/api/v1/users/${admin.userId}/roles`, call);
  expect(status).toBe(409);
  expect(await sessionsOnRecord("user.roles_changed", admin.userId)).toContainEqual({
    result: "failure",
    session_id: sessionOf(admin.accessToken),
  });
});

// The session tells which of the user's sessions it was.
test("the end of a single session names that session", async () => {
  const user = await signUp(app);
  const other = await logIn(app, user);
  const ended = sessionOf(other.json.data.access_token);
  await app.call("DELETE", `/api/v1/users/me/sessions/${ended}`, { bearer: user.accessToken });
  expect(await sessionsOnRecord("session.revoked", user.userId)).toEqual([
    { result: "success", session_id: ended },
  ]);
});

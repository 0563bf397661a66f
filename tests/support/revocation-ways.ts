import { freshEmail } from "./journey.ts";
import { newPassword } from "./password-reset.ts";
import {
  assign,
  auth,
  call,
  me,
  ofRoles,
  ofSessions,
  post,
  type RevocationWay,
  signInAgain,
} from "./revocation-right.ts";
import { sessionOf } from "./session-calls.ts";

/** By the API, with the token of the user or an admin. */
const byTheApi: readonly RevocationWay[] = [
  ofSessions("log-out", ({ accessToken }) => post("/logout", {}, accessToken)),
  ofSessions("log-out by the refresh token", ({ refreshToken }) =>
    post("/logout", { refresh_token: refreshToken }),
  ),
  ofSessions("log-out everywhere", ({ accessToken }) => post("/logout-all", {}, accessToken)),
  ofSessions(
    "revocation of the refresh token",
    ({ refreshToken: token }) =>
      (replica) =>
        call(replica, 200, "POST", "/oauth/revoke", { form: { token } }),
  ),
  ofSessions("end from the session list", async (user, preparation) => {
    const bearer = await signInAgain(preparation, user);
    const path = `${me}/sessions/${sessionOf(user.accessToken)}`;
    return (replica) => call(replica, 204, "DELETE", path, { bearer });
  }),
  ofSessions("reuse of a refresh token", async ({ refreshToken }, { replica }) => {
    const json = { refresh_token: refreshToken };
    // Twice: the predecessor would still be good within the grace.
    const next = await post("/refresh", json)(replica);
    await post("/refresh", { refresh_token: next.json.data.refresh_token })(replica);
    return (at) => call(at, 401, "POST", `${auth}/refresh`, { json });
  }),
  ofSessions("change of the password", async (user, preparation) => {
    const bearer = await signInAgain(preparation, user);
    const json = { current_password: user.password, new_password: newPassword };
    return post("/password/change", json, bearer);
  }),
  ofSessions("reset of the password", async ({ email }, { replica, mailedToken }) => {
    await call(replica, 202, "POST", `${auth}/password/reset`, { json: { email } });
    const token = await mailedToken("reset-password", email);
    return post("/password/reset-confirm", { token, password: newPassword });
  }),
  ofSessions("change of the address", async (user, { replica, mailedToken }) => {
    const email = freshEmail();
    const json = { new_email: email, password: user.password };
    await call(replica, 202, "POST", `${auth}/email/change`, { json, bearer: user.accessToken });
    return post("/email/change-confirm", { token: await mailedToken("change-email", email) });
  }),
  ofSessions("sign-in by the mailbox's owner", async ({ email, userId }, preparation) => {
    const { replica, mailedToken, sql } = preparation;
    await sql(`update users set email_verified_at = null where id = '${userId}'`);
    await call(replica, 202, "POST", `${auth}/magic-link`, { json: { email } });
    return post("/magic-link/verify", { token: await mailedToken("magic-link", email) });
  }),
  ofSessions(
    "deletion of the account",
    ({ accessToken: bearer, password }) =>
      (replica) =>
        call(replica, 200, "DELETE", me, { bearer, json: { password } }),
  ),
  ofSessions(
    "disabled by an admin",
    ({ userId }, { admin: bearer }) =>
      (replica) =>
        call(replica, 200, "PATCH", `/api/v1/users/${userId}`, {
          bearer,
          json: { status: "disabled" },
        }),
  ),
  ofSessions(
    "deleted by an admin",
    ({ userId }, { admin: bearer }) =>
      (replica) =>
        call(replica, 200, "DELETE", `/api/v1/users/${userId}`, { bearer }),
  ),
  ofSessions(
    "signed out by an admin",
    ({ userId }, { admin: bearer }) =>
      (replica) =>
        call(replica, 200, "DELETE", `/api/v1/users/${userId}/sessions`, { bearer }),
  ),
  ofRoles(
    "role taken",
    (role) => `role=${role}`,
    (user, _, { admin }) =>
      (replica) =>
        assign(replica, admin, user, []),
  ),
  ofRoles(
    "role deleted",
    (role) => `role=${role}`,
    (_, role, { admin: bearer }) =>
      (replica) =>
        call(replica, 204, "DELETE", `/api/v1/roles/${role}`, { bearer }),
  ),
  ofRoles(
    "permission taken",
    () => "permission=users:read",
    (_, role, { admin: bearer }) =>
      (replica) =>
        call(replica, 200, "PATCH", `/api/v1/roles/${role}`, { bearer, json: { permissions: [] } }),
  ),
];

/** By hand, in the database. */
const bySql: readonly RevocationWay[] = [
  ofSessions(
    "session ended by SQL",
    ({ accessToken }, { sql }) =>
      () =>
        sql(`update sessions set ended_at = now() where id = '${sessionOf(accessToken)}'`),
  ),
  ofSessions(
    "session removed by SQL",
    ({ accessToken }, { sql }) =>
      () =>
        sql(`delete from sessions where id = '${sessionOf(accessToken)}'`),
  ),
  ofSessions(
    "user disabled by SQL",
    ({ userId }, { sql }) =>
      () =>
        sql(`update users set disabled_at = now() where id = '${userId}'`),
  ),
  ofSessions(
    "user removed by SQL",
    ({ userId }, { sql }) =>
      () =>
        sql(`delete from users where id = '${userId}'`),
  ),
  ofRoles(
    "role taken by SQL",
    (role) => `role=${role}`,
    ({ userId }, _, { sql }) =>
      () =>
        sql(`delete from user_roles where user_id = '${userId}'`),
  ),
];

/** Every way in which a right ends before its time. */
export const revocationWays: readonly RevocationWay[] = [...byTheApi, ...bySql];

import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import {
  browserHeaders,
  browserTokenOf,
  type BrowserUser,
  signInOnPage,
  signUpInBrowser,
  statusInBrowser,
} from "../support/browser-session.ts";
import { rotationPages, signOutPages } from "../support/browser-pages.ts";
import { logIn, registerVerified } from "../support/journey.ts";
import { nextChange } from "../support/next-change.ts";
import { askForReset, changePassword, confirmReset } from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import { cookieHeaders, tokenInCookie } from "../support/refresh-cookie.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let replica: TestApp;
let admin: string;

beforeAll(async () => {
  replica = await app.replica();
  admin = (await signInAdmin(app)).accessToken;
}, 30_000);

/** The access token of another session of the user. */
async function bearerOf(user: BrowserUser): Promise<string> {
  return (await logIn(app, user)).json.data.access_token;
}

const me = "/api/v1/users/me";
const auth = "/api/v1/auth";

/** What ends a browser session. Each gives the status that the change is to have. */
const endings: Readonly<Record<string, (user: BrowserUser) => Promise<unknown>>> = {
  "sign-out in the browser": async ({ token }) =>
    signOutPages(app).call("POST", "/out", { headers: browserHeaders(token) }),
  "sign-out of all sessions": async (user) =>
    app.call("POST", `${auth}/logout-all`, { bearer: await bearerOf(user) }),
  "the session list": async (user) =>
    app.call("DELETE", `${me}/sessions/${user.sessionId}`, { bearer: await bearerOf(user) }),
  "a change of the password": async (user) =>
    changePassword(app, { ...user, accessToken: await bearerOf(user) }),
  "a reset of the password": async ({ email }) => confirmReset(app, await askForReset(app, email)),
  "the deletion of the account": async (user) =>
    app.call("DELETE", me, {
      bearer: await bearerOf(user),
      json: { password: user.password },
    }),
  "an admin who disables the user": ({ userId }) =>
    app.call("PATCH", `/api/v1/users/${userId}`, { bearer: admin, json: { status: "disabled" } }),
  "an admin who deletes the user": ({ userId }) =>
    app.call("DELETE", `/api/v1/users/${userId}`, { bearer: admin }),
  "an admin who ends the user's sessions": ({ userId }) =>
    app.call("DELETE", `/api/v1/users/${userId}/sessions`, { bearer: admin }),
  "the next sign-in in the browser": async ({ token }) =>
    signInOnPage(app, await registerVerified(app), browserHeaders(token)),
  "a new token in the browser": ({ token }) =>
    rotationPages(app).call("POST", "/rotate", { headers: browserHeaders(token) }),
};

const bySql: Readonly<Record<string, (user: BrowserUser) => string>> = {
  "a session ended by SQL": ({ sessionId }) =>
    `update sessions set ended_at = now() where id = '${sessionId}'`,
  "a session deleted by SQL": ({ sessionId }) => `delete from sessions where id = '${sessionId}'`,
  "a token removed by SQL": ({ sessionId }) =>
    `update sessions set browser_token_hash = null where id = '${sessionId}'`,
  "a user disabled by SQL": ({ userId }) =>
    `update users set disabled_at = now() where id = '${userId}'`,
};

/** Resolves once a replica was notified of a change of the user or of the session. */
function notified({ platform }: TestApp, { userId, sessionId }: BrowserUser): Promise<void> {
  const { changes } = platform;
  return Promise.race([nextChange(changes, userId), nextChange(changes, sessionId)]);
}

async function statuses({ token }: BrowserUser): Promise<number[]> {
  return [await statusInBrowser(app, token), await statusInBrowser(replica, token)];
}

// Attack: the cookie of a session that ended is used where it is cached. security 35, 46, 48
describe("the cookie opens nothing on any replica after", () => {
  test.each(Object.keys(endings))("%s", async (name) => {
    const user = await signUpInBrowser(app);
    expect(await statuses(user)).toEqual([200, 200]);
    const told = notified(replica, user);
    await endings[name]?.(user);
    // At once where it happened, without waiting for a notification.
    expect(await statusInBrowser(app, user.token)).toBe(401);
    await told;
    expect(await statuses(user)).toEqual([401, 401]);
  });

  test.each(Object.keys(bySql))("%s", async (name) => {
    const user = await signUpInBrowser(app);
    expect(await statuses(user)).toEqual([200, 200]);
    const told = Promise.all([app, replica].map((each) => notified(each, user)));
    await app.rows(bySql[name]?.(user) ?? "");
    await told;
    expect(await statuses(user)).toEqual([401, 401]);
  });
});

test("a sign-out ends the session of the browser alone, and may be repeated", async () => {
  const user = await signUpInBrowser(app);
  const bearer = await bearerOf(user);
  const pages = signOutPages(app);
  for (let times = 0; times < 2; times += 1) {
    const answer = await pages.call("POST", "/out", { headers: browserHeaders(user.token) });
    expect(answer.status).toBe(200);
  }
  expect((await pages.call("POST", "/out")).status).toBe(200);
  expect((await app.call("GET", me, { bearer })).status).toBe(200);
  const ended = await app.rows(
    `select action from audit_log where session_id = '${user.sessionId}' and action <> 'user.login'`,
  );
  expect(ended).toEqual([{ action: "session.logout" }]);
  const events = await app.rows(
    `select count(*)::integer as count from events where type = 'user.logged_out' and user_id = '${user.userId}'`,
  );
  expect(events).toEqual([{ count: 1 }]);
});

describe("with the refresh cookie, the browser's tokens and its cookie are of one session", () => {
  const cookieApp = useTestApp({ settings: { REFRESH_TOKEN_COOKIE: "true" } });
  const origin = "http://localhost:8000";

  // security 46
  test.each(["the refresh cookie", "an access token"])("a logout by %s ends both", async (by) => {
    const signedIn = await signInOnPage(cookieApp, await registerVerified(cookieApp));
    const token = browserTokenOf(signedIn);
    const headers = cookieHeaders(tokenInCookie(signedIn), origin);
    const refreshed = await cookieApp.call("POST", `${auth}/refresh`, { headers });
    const bearer: string = refreshed.json.data.access_token;
    expect(await statusInBrowser(cookieApp, token)).toBe(200);
    const call =
      by === "an access token"
        ? { bearer }
        : { headers: cookieHeaders(tokenInCookie(refreshed), origin) };
    expect((await cookieApp.call("POST", `${auth}/logout`, call)).status).toBe(200);
    expect(await statusInBrowser(cookieApp, token)).toBe(401);
  });

  test("a sign-out in the browser ends both", async () => {
    const signedIn = await signInOnPage(cookieApp, await registerVerified(cookieApp));
    const headers = browserHeaders(browserTokenOf(signedIn));
    await signOutPages(cookieApp).call("POST", "/out", { headers });
    const refresh = cookieHeaders(tokenInCookie(signedIn), origin);
    const { status } = await cookieApp.call("POST", `${auth}/refresh`, { headers: refresh });
    expect(status).toBe(401);
  });
});

test("a role that is given or taken away counts for the cookie at once", async () => {
  const user = await signUpInBrowser(app);
  const headers = browserHeaders(user.token);
  for (const [sql, status] of [
    [`insert into user_roles values ('${user.userId}', 'admin', now())`, 200],
    [`delete from user_roles where user_id = '${user.userId}' and role = 'admin'`, 403],
  ] as const) {
    const told = Promise.all([app, replica].map((each) => notified(each, user)));
    await app.rows(sql);
    await told;
    for (const each of [app, replica]) {
      const asked = await each.call("GET", `${auth}/forward?role=admin`, { headers });
      expect(asked.status).toBe(status);
    }
  }
});

// The race: requests of the browser's other tabs while the user signs out. security 47
test("in 40 rounds no use that races with the sign-out leaves the cookie alive on any replica", async () => {
  const pages = signOutPages(app);
  for (let round = 0; round < 40; round += 10) {
    const users = await race(10, () => signUpInBrowser(app));
    await race(30, async (index) => {
      const user = users[index % 10];
      if (!user) throw new Error("no user");
      if (index < 10) return statusInBrowser(app, user.token);
      if (index < 20) return statusInBrowser(replica, user.token);
      const told = notified(replica, user);
      const { status } = await pages.call("POST", "/out", { headers: browserHeaders(user.token) });
      await told;
      return status;
    });
    for (const user of users) expect(await statuses(user)).toEqual([401, 401]);
  }
}, 60_000);

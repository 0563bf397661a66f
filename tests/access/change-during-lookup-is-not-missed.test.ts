import { beforeAll, expect, test } from "bun:test";

import { signUpInBrowser, statusInBrowser } from "../support/browser-session.ts";
import { signInAdmin } from "../support/admin.ts";
import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { nextChange } from "../support/next-change.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { sessionOf } from "../support/session-calls.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { useTestApp } from "../support/test-app.ts";

// The race: a replica looks up a token in the database, and the session or user changes while the result is on its way.
// The notification of the change arrives before the outdated result.
const app = useTestApp();
let proxy: TcpProxy;
let replica: CountedApp;
let user: SignedInUser;

beforeAll(async () => {
  user = await signUp(app);
  const url = new URL(app.platform.settings.databaseUrl ?? "");
  proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  // Its connections begin with the name that `holdResults` looks for, not with the question for TLS.
  url.search = "?sslmode=disable";
  app.defer(() => proxy[Symbol.asyncDispose]());
  replica = createCountedApp(app, { databaseUrl: url.href, serviceName: "replica" });
  app.defer(() => replica[Symbol.asyncDispose]());
  await replica.platform.changes.start();
});

/** Delays all results of the replica's pool, and none of its listening connection. */
const holdResults = () => proxy.holdAnswers((opening) => !opening.includes("replica changes"));

const me = (bearer: string) => replica.call("GET", "/api/v1/users/me", { bearer });

async function freshToken(): Promise<string> {
  return (await logIn(app, user)).json.data.access_token;
}

/** Sends a new token; `change` happens and its notification arrives while the database's result is on its way. */
const meDuring = (token: string, id: string, change: () => Promise<unknown>) =>
  lookUpDuring(() => me(token), id, change);

async function lookUpDuring<T>(
  lookUp: () => Promise<T>,
  id: string,
  change: () => Promise<unknown>,
): Promise<T> {
  const held = holdResults();
  const pending = lookUp();
  await eventually(
    () => held.count,
    (count) => count > 0,
  );
  const notified = nextChange(replica.platform.changes, id);
  await change();
  await notified;
  held.release();
  return pending;
}

// security 35
test("a session that ends during the first lookup is neither accepted nor cached", async () => {
  for (let round = 0; round < 20; round += 1) {
    const token = await freshToken();
    const answer = await meDuring(token, sessionOf(token), () =>
      app.call("POST", "/api/v1/auth/logout", { bearer: token }),
    );
    expect([answer.status, (await me(token)).status]).toEqual([401, 401]);
  }
});

// A browser's token does not tell whose session it is: what changed is compared with what was found.
// security 35
test("a browser session that ends during the first lookup is neither accepted nor cached", async () => {
  const changes = {
    session: (id: string) => `update sessions set ended_at = now() where id = '${id}'`,
    user: (id: string) => `update users set disabled_at = now() where id = '${id}'`,
  };
  for (const subject of ["session", "user"] as const) {
    const { token, userId, sessionId } = await signUpInBrowser(app);
    const id = subject === "user" ? userId : sessionId;
    const lookUp = () => statusInBrowser(replica, token);
    const status = await lookUpDuring(lookUp, id, () => app.rows(changes[subject](id)));
    expect([subject, status, await lookUp()]).toEqual([subject, 401, 401]);
  }
});

// security 96
test("roles that change during the first lookup are in the response of that lookup", async () => {
  await signInAdmin(app);
  for (const [sql, roles] of [
    [`insert into user_roles values ('${user.userId}', 'admin', now())`, ["user", "admin"]],
    [`delete from user_roles where user_id = '${user.userId}'`, ["user"]],
  ] as const) {
    const token = await freshToken();
    const answer = await meDuring(token, user.userId, () => app.rows(sql));
    expect(answer.json.data.roles).toEqual(roles);
    expect((await me(token)).json.data.roles).toEqual(roles);
  }
});

test("a change of another session causes no second lookup", async () => {
  const stranger = await signUp(app);
  const token = await freshToken();
  const before = replica.statements;
  const answer = await meDuring(token, sessionOf(stranger.accessToken), () =>
    app.call("POST", "/api/v1/auth/logout", { bearer: stranger.accessToken }),
  );
  expect([answer.status, (await me(token)).status]).toEqual([200, 200]);
  expect(replica.statements - before).toBe(1);

  const browser = await signUpInBrowser(app);
  const beforeBrowser = replica.statements;
  const other = await freshToken();
  const status = await lookUpDuring(
    () => statusInBrowser(replica, browser.token),
    sessionOf(other),
    () => app.call("POST", "/api/v1/auth/logout", { bearer: other }),
  );
  expect([status, await statusInBrowser(replica, browser.token)]).toEqual([200, 200]);
  expect(replica.statements - beforeBrowser).toBe(1);
});

// The same race without delays: in whatever order the results and notifications arrive, the state of the database decides.
// security 35
test("sessions that end at any time during the first lookup are refused afterwards", async () => {
  for (let round = 0; round < 60; round += 1) {
    const token = await freshToken();
    const lookups = (async () => {
      await Bun.sleep((round % 6) / 2);
      return Promise.all([me(token), me(token), me(token)]);
    })();
    const notified = nextChange(replica.platform.changes, sessionOf(token));
    await app.call("POST", "/api/v1/auth/logout", { bearer: token });
    await Promise.all([lookups, notified]);
    expect((await me(token)).status).toBe(401);
  }
});

import { describe, expect, test } from "bun:test";

import {
  browserHeaders,
  browserTokenOf,
  type BrowserUser,
  signInOnPage,
  signUpInBrowser,
} from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { decodeToken } from "../support/forge-token.ts";
import { registerVerified } from "../support/journey.ts";
import { type LogoutReceiver, startLogoutReceiver } from "../support/logout-receiver.ts";
import {
  askToAuthorize,
  authorizeQuery,
  callback,
  codeOf,
  redeem,
  responseOf,
} from "../support/relying-party.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const settings = { WEBHOOK_ALLOW_PRIVATE: "true" };

/** A user who is signed in at a client that has an address for logout tokens. */
async function signedInAtClient(app: TestApp, { url }: LogoutReceiver, user: BrowserUser) {
  const client = await registerClient(app, {
    name: "Notes",
    redirectUris: [callback],
    backchannelLogoutUri: url,
  });
  const code = await codeOf(app, client.id, user.token, { scope: "openid offline_access" });
  const { json } = await redeem(app, client, code);
  const idToken = String(json.id_token);
  const sid = decodeToken(idToken).claims["sid"];
  return { client, idToken, sid, refreshToken: String(json.refresh_token) };
}

const refresh = (app: TestApp, { authorization }: TestClient, token: string) =>
  app.call("POST", "/oauth/token", {
    form: { grant_type: "refresh_token", refresh_token: token },
    headers: { authorization },
  });

const sidOf = ({ received: [request] }: LogoutReceiver) =>
  decodeToken(request?.token ?? "").claims["sid"];

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings });

  // OpenID Connect Core §3.1.2.1, `prompt=login`; Back-Channel Logout 1.0 §2.3
  test("after the same user has signed in again, a client's session goes on and ends with the new one", async () => {
    await using receiver = startLogoutReceiver();
    const user = await signUpInBrowser(app);
    const { client, sid, idToken, refreshToken } = await signedInAtClient(app, receiver, user);
    const again = browserTokenOf(await signInOnPage(app, user, browserHeaders(user.token)));
    const refreshed = await refresh(app, client, refreshToken);
    expect(refreshed.status).toBe(200);
    expect(receiver.received).toEqual([]);
    // The ID token of before names a session of this browser still: the user is signed out at once.
    const hint = new URLSearchParams({ id_token_hint: idToken });
    const ended = await app.call("GET", `/oauth/end-session?${hint}`, {
      headers: browserHeaders(again),
    });
    expect(ended.text).toContain("You are signed out");
    await receiver.atLeast(1);
    expect(sidOf(receiver)).toBe(sid);
    const dead = await refresh(app, client, refreshed.json.refresh_token);
    expect([dead.status, dead.json.error]).toEqual([400, "invalid_grant"]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("after another user has signed in, a client's session of the first has ended, and the client is told", async () => {
    await using receiver = startLogoutReceiver();
    const user = await signUpInBrowser(app);
    const { client, sid, refreshToken } = await signedInAtClient(app, receiver, user);
    const other = await registerVerified(app);
    await signInOnPage(app, other, browserHeaders(user.token));
    await receiver.atLeast(1);
    expect(sidOf(receiver)).toBe(sid);
    const dead = await refresh(app, client, refreshToken);
    expect([dead.status, dead.json.error]).toEqual([400, "invalid_grant"]);
  });
});

const app = useTestApp({ settings });

test("a user who signs in again several times signs out of everything at once", async () => {
  await using receiver = startLogoutReceiver();
  const user = await signUpInBrowser(app);
  const first = await signedInAtClient(app, receiver, user);
  const second = browserTokenOf(await signInOnPage(app, user, browserHeaders(user.token)));
  const third = browserTokenOf(await signInOnPage(app, user, browserHeaders(second)));
  const query = authorizeQuery(first.client.id);
  expect(responseOf(await askToAuthorize(app, query, third))["code"]).toBeDefined();
  await app.call("POST", "/oauth/end-session/confirm", {
    form: { request: "" },
    headers: browserHeaders(third),
  });
  const open = await app.rows(
    `select id from sessions where user_id = '${user.userId}' and ended_at is null`,
  );
  expect(open).toEqual([]);
});

test("a sign-in that fails on the way leaves no client's session in an ended one", async () => {
  await using receiver = startLogoutReceiver();
  const user = await signUpInBrowser(app);
  const { client, refreshToken } = await signedInAtClient(app, receiver, user);
  await app.rows(
    `create function refuse_move() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`,
  );
  await app.rows(
    `create trigger refuse_move before update on sessions for each row
     when (new.parent_session_id is distinct from old.parent_session_id) execute function refuse_move()`,
  );
  try {
    const signIn = signInOnPage(app, user, browserHeaders(user.token));
    const failure = await signIn.catch((error: unknown) => String(error));
    expect(failure).toContain("sign-in: 500");
  } finally {
    await app.rows("drop function refuse_move cascade");
  }
  const left = await app.rows(
    `select one.id from sessions as one join sessions as parent on parent.id = one.parent_session_id
     where one.user_id = '${user.userId}' and one.ended_at is null and parent.ended_at is not null`,
  );
  expect(left).toEqual([]);
  expect((await refresh(app, client, refreshToken)).status).toBe(200);
});

test("a sign-out ends a client's session that was left in a replaced session", async () => {
  await using receiver = startLogoutReceiver();
  const user = await signUpInBrowser(app);
  const { client, sid, refreshToken } = await signedInAtClient(app, receiver, user);
  const second = browserTokenOf(await signInOnPage(app, user, browserHeaders(user.token)));
  await app.rows(
    `update sessions set parent_session_id = (
       select id from sessions where user_id = '${user.userId}' and end_reason = 'replaced')
     where id = '${String(sid)}'`,
  );
  await app.call("POST", "/oauth/end-session/confirm", {
    form: { request: "" },
    headers: browserHeaders(second),
  });
  const dead = await refresh(app, client, refreshToken);
  expect([dead.status, dead.json.error]).toEqual([400, "invalid_grant"]);
});

import { describe, expect, test } from "bun:test";
import { createRemoteJWKSet, jwtVerify } from "jose";

import { browserHeaders, type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { decodeToken } from "../support/forge-token.ts";
import { type LogoutReceiver, startLogoutReceiver } from "../support/logout-receiver.ts";
import { operatorOf } from "../support/operator.ts";
import { askForReset, confirmReset } from "../support/password-reset.ts";
import { callback, codeOf, redeem } from "../support/relying-party.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";
import { revokeAllSessions } from "../../src/features/sessions/index.ts";

const settings = { WEBHOOK_ALLOW_PRIVATE: "true" };

/** A user who is signed in at a client that has an address for logout tokens. */
async function signedIn(app: TestApp, { url }: LogoutReceiver, user?: BrowserUser) {
  const client = await registerClient(app, {
    name: "Notes",
    redirectUris: [callback],
    backchannelLogoutUri: url,
    backchannelLogoutSessionRequired: true,
    idTokenSignedResponseAlg: "ES256",
  });
  const inBrowser = user ?? (await signUpInBrowser(app));
  const code = await codeOf(app, client.id, inBrowser.token, { scope: "openid offline_access" });
  const { json } = await redeem(app, client, code);
  const { sid } = decodeToken(json.id_token).claims;
  return { ...inBrowser, client, sid, code, refreshToken: String(json.refresh_token) };
}

const signOut = (app: TestApp, token: string) =>
  app.call("POST", "/oauth/end-session/confirm", {
    form: { request: "" },
    headers: browserHeaders(token),
  });

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings });

  // OpenID Connect Back-Channel Logout 1.0 §2.3 to §2.5
  test("signing out tells the client, with a token that a library verifies", async () => {
    await using receiver = startLogoutReceiver();
    const { client, sid, userId, token } = await signedIn(app, receiver);
    await signOut(app, token);
    const [request] = await receiver.atLeast(1);
    expect(request?.contentType).toBe("application/x-www-form-urlencoded");
    const keys = createRemoteJWKSet(new URL(`${app.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(request?.token ?? "", keys, {
      issuer: "http://localhost:8000",
      audience: client.id,
      typ: "logout+jwt",
      requiredClaims: ["iat", "exp", "jti"],
    });
    expect(protectedHeader.alg).toBe("ES256");
    expect(payload).toMatchObject({
      sub: userId,
      sid,
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    expect(payload["nonce"]).toBeUndefined();
    const exp = payload.exp ?? 0;
    expect(exp - (payload.iat ?? 0)).toBeLessThanOrEqual(120);
  });
});

describe("the client of a session that ends", () => {
  const app = useTestApp({ settings });

  test.each([
    [
      "the user ends it in the list of sessions",
      async ({ sid, password, email }: Awaited<ReturnType<typeof signedIn>>) => {
        const { json } = await app.post("/api/v1/auth/login", { email, password });
        const bearer = json.data.access_token;
        await app.call("DELETE", `/api/v1/users/me/sessions/${String(sid)}`, { bearer });
      },
    ],
    [
      "an administrator ends the user's sessions",
      async ({ userId }: { userId: string }) =>
        void (await revokeAllSessions(operatorOf(app), userId)),
    ],
    [
      "the user resets the password",
      async ({ email }: { email: string }) => {
        const { status } = await confirmReset(app, await askForReset(app, email));
        expect(status).toBe(200);
      },
    ],
    [
      "the user deletes the account",
      async ({ email, password }: { email: string; password: string }) => {
        const { json } = await app.post("/api/v1/auth/login", { email, password });
        const bearer = json.data.access_token;
        const call = { bearer, json: { password } };
        expect((await app.call("DELETE", "/api/v1/users/me", call)).status).toBe(200);
      },
    ],
    [
      "its consent is withdrawn",
      async ({ email, password }: { email: string; password: string }) => {
        const { json } = await app.post("/api/v1/auth/login", { email, password });
        const bearer = json.data.access_token;
        const grants = await app.call("GET", "/api/v1/users/me/grants", { bearer });
        const [grant] = grants.json.data.items;
        await app.call("DELETE", `/api/v1/users/me/grants/${grant.id}`, { bearer });
      },
    ],
    [
      "its authorization code is used again",
      async ({ client, code }: Awaited<ReturnType<typeof signedIn>>) => {
        await redeem(app, client, code);
      },
    ],
    [
      "an old refresh token of it is used again",
      async ({ client, refreshToken }: Awaited<ReturnType<typeof signedIn>>) => {
        const refresh = (token: string) =>
          app.call("POST", "/oauth/token", {
            form: { grant_type: "refresh_token", refresh_token: token },
            headers: { authorization: client.authorization },
          });
        const second = await refresh(refreshToken);
        await refresh(second.json.refresh_token);
        await refresh(refreshToken);
      },
    ],
  ])("is told once when %s", async (_name, end) => {
    await using receiver = startLogoutReceiver();
    const session = await signedIn(app, receiver);
    await end(session);
    const [request, ...others] = await receiver.atLeast(1);
    expect(decodeToken(request?.token ?? "").claims["sid"]).toBe(session.sid);
    expect(others).toEqual([]);
  });

  test("is told of each client's own session, and not of the browser's", async () => {
    await using first = startLogoutReceiver();
    await using second = startLogoutReceiver();
    const one = await signedIn(app, first);
    const two = await signedIn(app, second, one);
    await signOut(app, one.token);
    await Promise.all([first.atLeast(1), second.atLeast(1)]);
    const sidOf = ({ received: [request] }: LogoutReceiver) =>
      decodeToken(request?.token ?? "").claims["sid"];
    expect([sidOf(first), sidOf(second)]).toEqual([one.sid, two.sid]);
  });

  // OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8: with the same `jti`
  test("is told again after a failure, and not after it has refused the token", async () => {
    await using failing = startLogoutReceiver((count) => (count === 1 ? 503 : 200));
    await using refusing = startLogoutReceiver(() => 400);
    const one = await signedIn(app, failing);
    await signedIn(app, refusing, one);
    await signOut(app, one.token);
    const requests = await failing.atLeast(2);
    const [id, again] = requests.map(({ token }) => decodeToken(token).claims["jti"]);
    expect(id).toBe(again);
    const isDead = ([row]: Record<string, unknown>[]) => row?.["dead"] === true;
    const deadOf = (url: string) =>
      app.rows(`select dead_at is not null as dead from outbox
        where topic = 'backchannel-logout' and payload->>'client_id' =
          (select client_id from clients where backchannel_logout_uri = '${url}')`);
    await eventually(() => deadOf(refusing.url), isDead);
    expect(refusing.received).toHaveLength(1);
  });
});

describe("with the settings of an installation on the internet", () => {
  const app = useTestApp();

  // OpenID Connect Back-Channel Logout 1.0 §4: the address must not lead into the operator's network
  test("no request is sent to a private address", async () => {
    await using receiver = startLogoutReceiver();
    const { token } = await signedIn(app, receiver);
    await signOut(app, token);
    const hasFailed = ([row]: Record<string, unknown>[]) => row?.["last_error"] != null;
    const find = () => app.rows("select last_error from outbox where topic = 'backchannel-logout'");
    await eventually(find, hasFailed);
    expect(receiver.received).toEqual([]);
  });
});

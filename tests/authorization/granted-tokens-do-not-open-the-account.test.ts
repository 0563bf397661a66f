import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { introspect, makeClient, registerClient } from "../support/clients.ts";
import { decodeToken } from "../support/forge-token.ts";
import { callback, codeOf, redeem } from "../support/relying-party.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { JWT_AUDIENCE: "https://api.example" } });
const publicUrl = "http://localhost:8000";
let user: BrowserUser;

beforeAll(async () => {
  user = await signUpInBrowser(app);
}, 30_000);

async function grantedToken(settings: object, parameters: Record<string, string> = {}) {
  const client = await registerClient(app, {
    name: "Notes",
    redirectUris: [callback],
    ...settings,
  });
  const code = await codeOf(app, client.id, user.token, { scope: "openid email", ...parameters });
  const { access_token: token } = (await redeem(app, client, code)).json;
  return { client, token: String(token) };
}

async function statusesOf(token: string, at: TestApp = app) {
  const validated = await at.post("/api/v1/auth/validate-token", { token });
  const calls = [
    await at.call("GET", "/api/v1/users/me", { bearer: token }),
    await at.call("PATCH", "/api/v1/users/me", { bearer: token, json: { name: "Mallory" } }),
    await at.call("GET", "/api/v1/auth/forward", { bearer: token }),
    await at.call("POST", "/api/v1/auth/logout-all", { bearer: token }),
    validated,
  ];
  return calls.map(({ status, json }) => [status, json?.error?.code]);
}

const refused = Array.from({ length: 5 }, () => [401, "INVALID_TOKEN"]);

// The attack: an application that a user signs in to acts on the user's account.
// security 166
test("a token that a client was granted is refused by the API and by forward-auth, on every replica", async () => {
  const { client, token } = await grantedToken({});
  const { claims } = decodeToken(token);
  expect(claims).toMatchObject({ aud: client.id, client_id: client.id, scope: "openid email" });
  expect(claims["roles"]).toBeUndefined();
  // Also when its session is cached by another endpoint.
  expect((await app.call("GET", "/oauth/userinfo", { bearer: token })).status).toBe(200);
  expect(await statusesOf(token)).toEqual(refused);
  expect(await statusesOf(token, await app.replica())).toEqual(refused);
  expect((await app.call("GET", "/oauth/userinfo", { bearer: token })).status).toBe(200);
});

test("a token for a resource is refused as well, and so is a trusted client's without the resource PUBLIC_URL", async () => {
  const forApi = await grantedToken({}, { resource: "https://notes.example/api" });
  expect(decodeToken(forApi.token).claims["aud"]).toBe("https://notes.example/api");
  expect(await statusesOf(forApi.token)).toEqual(refused);
  const trusted = await grantedToken({ trusted: true }, { resource: "https://api.example" });
  expect(decodeToken(trusted.token).claims["aud"]).toBe("https://api.example");
  expect(await statusesOf(trusted.token)).toEqual(refused);
});

test("a trusted client acts on the account with the resource PUBLIC_URL, until it is trusted no more", async () => {
  const admin = await signInAdmin(app);
  const { client, token } = await grantedToken({ trusted: true }, { resource: publicUrl });
  const me = () => app.call("GET", "/api/v1/users/me", { bearer: token });
  expect((await me()).json.data.id).toBe(user.userId);
  const path = `/api/v1/clients/${client.id}`;
  const changed = await app.call("PATCH", path, {
    bearer: admin.accessToken,
    json: { trusted: false },
  });
  expect(changed.json.data.client.trusted).toBe(false);
  expect((await me()).status).toBe(401);
  expect((await app.call("GET", "/oauth/userinfo", { bearer: token })).status).toBe(200);
  expect((await app.call("DELETE", path, { bearer: admin.accessToken })).status).toBe(204);
  expect((await app.call("GET", "/oauth/userinfo", { bearer: token })).status).toBe(401);
});

// security 35
test("the sign-out of a trusted client's token ends its session, and that of any other client's ends nothing", async () => {
  const own = await grantedToken({ trusted: true }, { resource: publicUrl });
  const other = await grantedToken({});
  const userinfo = (token: string) => app.call("GET", "/oauth/userinfo", { bearer: token });
  const logOut = (token: string) =>
    app.call("POST", "/api/v1/auth/logout", { bearer: token, json: {} });
  expect((await logOut(own.token)).status).toBe(200);
  expect((await app.call("GET", "/api/v1/users/me", { bearer: own.token })).status).toBe(401);
  expect((await userinfo(own.token)).status).toBe(401);
  expect((await logOut(other.token)).status).toBe(200);
  expect((await userinfo(other.token)).status).toBe(200);
});

// RFC 7662 §2.2; RFC 9068 §2.2
test("introspection tells whose a token is and what is within its scopes", async () => {
  const service = await makeClient(app);
  const { client, token } = await grantedToken({});
  const told = (await introspect(app, service, token)).json;
  expect(told).toMatchObject({
    active: true,
    sub: user.userId,
    client_id: client.id,
    aud: client.id,
    scope: "openid email",
    email: user.email,
  });
  expect([told.roles, told.permissions, told.username]).toEqual([undefined, undefined, undefined]);
});

import { beforeAll, describe, expect, setSystemTime, test } from "bun:test";
import { createLocalJWKSet, jwtVerify } from "jose";

import { browserHeaders, type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { decodeToken } from "../support/forge-token.ts";
import {
  askToAuthorize,
  authorizeQuery,
  callback,
  codeOf,
  redeem,
  responseOf,
} from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

// The modules of the OpenID Foundation's certification plans (Basic OP, RP-Initiated Logout) that no other file covers, by name.
describe("the certification plans", () => {
  const app = useTestApp();
  const afterwards = "https://app.example/bye";
  const scope = "openid profile email phone offline_access";
  let user: BrowserUser;
  let client: TestClient;

  beforeAll(async () => {
    user = await signUpInBrowser(app);
    client = await registerClient(app, {
      name: "Notes",
      redirectUris: [callback],
      postLogoutRedirectUris: [afterwards],
    });
    await codeOf(app, client.id, user.token, { scope });
  }, 30_000);

  const metadata = async () => (await app.call("GET", "/.well-known/openid-configuration")).json;
  const ask = (parameters: Record<string, string>, by = user) =>
    askToAuthorize(app, authorizeQuery(client.id, { scope, ...parameters }), by.token);
  const tokensFor = async (parameters: Record<string, string> = {}, by = user) => {
    const { code = "" } = responseOf(await ask(parameters, by));
    return redeem(app, client, code);
  };
  const claimsOf = ({ json }: { json: { id_token: string } }) => decodeToken(json.id_token).claims;

  test("oidcc-server: the token response and the ID token", async () => {
    const answer = await tokensFor({ nonce: "n-0S6_WzA2Mj" });
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect([answer.headers.get("cache-control"), answer.headers.get("pragma")]).toEqual([
      "no-store",
      "no-cache",
    ]);
    expect(answer.json).toMatchObject({ token_type: "bearer", expires_in: expect.any(Number) });
    const { issuer, jwks_uri: address } = await metadata();
    const { json: keys } = await app.call("GET", new URL(address).pathname);
    const { payload, protectedHeader } = await jwtVerify(
      answer.json.id_token,
      createLocalJWKSet(keys),
      { issuer, audience: client.id, algorithms: ["RS256"] },
    );
    expect(keys.keys.map(({ kid }: { kid: string }) => kid)).toContain(protectedHeader.kid);
    expect(payload).toMatchObject({ sub: user.userId, nonce: "n-0S6_WzA2Mj" });
  });

  test.each([
    ["oidcc-ensure-other-scope-order-succeeds", { scope: "email openid" }],
    ["oidcc-display-page", { display: "page" }],
    ["oidcc-display-popup", { display: "popup" }],
    ["oidcc-ui-locales", { ui_locales: "se" }],
    ["oidcc-claims-locales", { claims_locales: "se" }],
    ["oidcc-login-hint", { login_hint: "buffy@localhost" }],
    ["oidcc-ensure-request-with-unknown-parameter-succeeds", { extra: "foobar" }],
    [
      "oidcc-claims-essential",
      { claims: '{"userinfo":{"name":{"essential":true}}}', scope: "openid" },
    ],
  ])("%s: a code, for which there are tokens", async (_name, parameters) => {
    const { status, json } = await tokensFor(parameters);
    expect([status, typeof json.id_token]).toEqual([200, "string"]);
  });

  test("oidcc-ensure-request-with-acr-values-succeeds: one of all supported values is in the ID token", async () => {
    const { acr_values_supported: values } = await metadata();
    const tokens = await tokensFor({ acr_values: values.join(" ") });
    expect(values).toContain(claimsOf(tokens)["acr"]);
  });

  test("oidcc-max-age-1, oidcc-max-age-10000: a sign-in again, and none; auth_time tells", async () => {
    const first = claimsOf(await tokensFor());
    setSystemTime(new Date(Date.now() + 2000));
    try {
      const { headers } = await ask({ max_age: "1" });
      const page = new URL(headers.get("location") ?? "");
      expect([page.pathname, page.searchParams.get("prompt")]).toEqual(["/sign-in", "login"]);
      const later = claimsOf(await tokensFor({ max_age: "10000", prompt: "none" }));
      expect(later["auth_time"]).toBe(first["auth_time"]);
    } finally {
      setSystemTime();
    }
  });

  test("oidcc-codereuse-30seconds: invalid_grant, and the tokens of the first use open nothing", async () => {
    const { code = "" } = responseOf(await ask({}));
    const { json } = await redeem(app, client, code);
    const bearer = String(json.access_token);
    expect((await app.call("GET", "/oauth/userinfo", { bearer })).status).toBe(200);
    setSystemTime(new Date(Date.now() + 30_000));
    try {
      const again = await redeem(app, client, code);
      expect([again.status, again.json.error]).toEqual([400, "invalid_grant"]);
      expect((await app.call("GET", "/oauth/userinfo", { bearer })).status).toBe(401);
    } finally {
      setSystemTime();
    }
  });

  test("oidcc-refresh-token: the same ID token but its time; the other client gets nothing", async () => {
    const tokens = await tokensFor({ nonce: "n" });
    const other = await registerClient(app, { name: "Second", redirectUris: [callback] });
    const refresh = ({ authorization }: TestClient) =>
      app.call("POST", "/oauth/token", {
        form: { grant_type: "refresh_token", refresh_token: tokens.json.refresh_token, scope },
        headers: { authorization },
      });
    const refused = await refresh(other);
    expect([refused.status, refused.json.error]).toEqual([400, "invalid_grant"]);
    const renewed = await refresh(client);
    expect(renewed.json.access_token).not.toBe(tokens.json.access_token);
    const { iss, sub, aud, auth_time, sid } = claimsOf(tokens);
    expect(claimsOf(renewed)).toMatchObject({ iss, sub, aud, auth_time, sid });
  });

  test("oidcc-userinfo-post-header: an empty form, with the token in the header", async () => {
    const { json } = await tokensFor();
    const answer = await app.call("POST", "/oauth/userinfo", {
      bearer: json.access_token,
      body: "",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        accept: "application/json;charset=UTF-8",
      },
    });
    expect([answer.status, answer.json.sub]).toEqual([200, user.userId]);
  });

  // RFC 6749 §4.1.2.1: the characters of `error_description`
  test.each([
    { response_type: "" },
    { response_type: "id_token" },
    { request: "eyJhbGciOiJub25lIn0.e30." },
    { request_uri: "https://app.example/request.jwt" },
    { prompt: "none login" },
    { max_age: "x" },
    { scope: "address" },
  ])("an error response to %p has nothing but its members", async (parameters) => {
    const { error_description: description = "", ...rest } = responseOf(await ask(parameters));
    expect(description).toMatch(/^[ !#-[\]-~]+$/);
    expect(Object.keys(rest).toSorted()).toEqual(["error", "iss", "state"]);
  });

  test("oidcc-rp-initiated-logout: a long state comes back, and the user has to sign in again", async () => {
    const other = await signUpInBrowser(app);
    await codeOf(app, client.id, other.token, { scope });
    const idToken: string = (await tokensFor({}, other)).json.id_token;
    const state = "aZ0".repeat(43).slice(0, 128);
    const parameters = {
      id_token_hint: idToken,
      post_logout_redirect_uri: afterwards,
      state,
    };
    const address = (members: Record<string, string>) =>
      `/oauth/end-session?${new URLSearchParams(members)}`;
    const headers = browserHeaders(other.token);
    const refused = [
      { ...parameters, id_token_hint: `${idToken.slice(0, -8)}AAAAAAAA` },
      { ...parameters, post_logout_redirect_uri: `${afterwards}?foo=bar` },
      { ...parameters, post_logout_redirect_uri: `${afterwards}x` },
      { post_logout_redirect_uri: afterwards, state },
    ];
    for (const wrong of refused) {
      const answer = await app.call("GET", address(wrong), { headers });
      expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    }
    const left = await app.call("GET", address(parameters), { headers });
    expect(left.headers.get("location")).toBe(`${afterwards}?state=${state}`);
    expect(responseOf(await ask({ prompt: "none" }, other))["error"]).toBe("login_required");
  });
});

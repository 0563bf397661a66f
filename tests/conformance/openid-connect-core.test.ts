import { beforeAll, describe, expect, setSystemTime, test } from "bun:test";
import * as openid from "openid-client";

import { browserHeaders, type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { decodeToken } from "../support/forge-token.ts";
import type { Answer } from "../support/http-call.ts";
import {
  askToAuthorize,
  authorizeAs,
  authorizeQuery,
  callback,
  codeOf,
  redeem,
  responseOf,
  signUpAndAllow,
} from "../support/relying-party.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

/** A relying party that uses `openid-client` and learns everything from the metadata. */
async function relyingParty(
  app: TestApp,
  { id, secret }: TestClient,
  authentication?: openid.ClientAuth,
): Promise<openid.Configuration> {
  const { publicUrl } = app.platform.settings;
  return openid.discovery(new URL(publicUrl), id, secret, authentication, {
    // oxlint-disable-next-line typescript/no-deprecated -- the test's server has no certificate
    execute: [openid.allowInsecureRequests],
    [openid.customFetch]: (url: string, init: object) =>
      fetch(url.replace(publicUrl, app.url), init),
  });
}

/** Where a response leads, as a URL. */
const locationOf = (answer: Answer) => new URL(answer.headers.get("location") ?? "");

describe.each([...databaseKinds])("openid-client on %s", (database) => {
  const app = useTestApp({ database });
  let user: BrowserUser;

  beforeAll(async () => {
    user = await signUpInBrowser(app);
  }, 30_000);

  // OpenID Connect Core §3.1; RFC 7636, 9207
  test.each(["RS256", "ES256", "EdDSA"] as const)(
    "signs a user in with PKCE, state, nonce and an ID token of %s, reads the claims and refreshes",
    async (algorithm) => {
      const client = await registerClient(app, {
        name: "Notes",
        redirectUris: [callback],
        idTokenSignedResponseAlg: algorithm,
      });
      const config = await relyingParty(app, client);
      openid.enableNonRepudiationChecks(config);
      const pkceCodeVerifier = openid.randomPKCECodeVerifier();
      const checks = {
        pkceCodeVerifier,
        expectedState: openid.randomState(),
        expectedNonce: openid.randomNonce(),
      };
      const address = openid.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: "openid profile email offline_access unknown",
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: "S256",
        state: checks.expectedState,
        nonce: checks.expectedNonce,
      });
      expect(address.pathname).toBe("/oauth/authorize");
      const answer = await authorizeAs(app, address.search.slice(1), user.token);
      const tokens = await openid.authorizationCodeGrant(config, locationOf(answer), {
        ...checks,
        maxAge: 3600,
      });
      expect(tokens.scope).toBe("openid profile email offline_access");
      const claims = tokens.claims();
      expect(claims).toMatchObject({
        sub: user.userId,
        aud: client.id,
        acr: "urn:gatehouse:1fa",
        nonce: checks.expectedNonce,
        sid: expect.any(String),
        auth_time: expect.any(Number),
      });
      expect(decodeToken(tokens.id_token ?? "").header["alg"]).toBe(algorithm);
      const me = await openid.fetchUserInfo(config, tokens.access_token, claims?.sub ?? "");
      expect(me).toEqual({
        sub: user.userId,
        updated_at: expect.any(Number),
        email: user.email,
        email_verified: true,
      });
      const renewed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? "");
      expect(renewed.claims()).toMatchObject({ sub: user.userId, auth_time: claims?.auth_time });
      expect(renewed.claims()?.nonce).toBeUndefined();
      expect(renewed.refresh_token).not.toBe(tokens.refresh_token);
    },
    20_000,
  );
});

describe("the provider", () => {
  const app = useTestApp();
  let user: BrowserUser;
  let client: TestClient;

  beforeAll(async () => {
    const scope = "openid profile email phone roles offline_access";
    ({ user, client } = await signUpAndAllow(app, scope));
  }, 30_000);

  const ask = (parameters: Record<string, string | undefined>, token: string | null = user.token) =>
    askToAuthorize(app, authorizeQuery(client.id, parameters), token);
  const errorOf = async (parameters: Record<string, string | undefined>, token?: string | null) =>
    responseOf(await ask(parameters, token))["error"];

  // OpenID Connect Core §3.1.2.6, §6.1, §6.2, §7.2.1; RFC 6749 §4.1.2.1
  test.each([
    [{ request: "eyJhbGciOiJub25lIn0.e30." }, "request_not_supported"],
    [{ request_uri: "https://app.example/request.jwt" }, "request_uri_not_supported"],
    [{ registration: "{}" }, "registration_not_supported"],
    [{ response_type: undefined }, "invalid_request"],
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ response_type: "code id_token" }, "unsupported_response_type"],
    [{ response_mode: "fragment" }, "invalid_request"],
    [{ scope: "admin" }, "invalid_scope"],
    [{ prompt: "none login" }, "invalid_request"],
    [{ max_age: "-1" }, "invalid_request"],
    [{ max_age: "soon" }, "invalid_request"],
    [{ id_token_hint: "eyJhbGciOiJub25lIn0.e30.e30" }, "invalid_request"],
  ])(
    "a request with %p is refused at the client, with its state and the issuer",
    async (parameters, error) => {
      const response = responseOf(await ask(parameters));
      expect(response).toEqual({
        error,
        error_description: expect.any(String),
        state: "the-state",
        iss: "http://localhost:8000",
      });
    },
  );

  // RFC 6749 §3.1: sent twice
  test("a repeated parameter is refused, an unknown one is ignored, and claims are ignored", async () => {
    const twice = await askToAuthorize(app, `${authorizeQuery(client.id)}&state=b`, user.token);
    expect(responseOf(twice)).toMatchObject({ error: "invalid_request" });
    expect(responseOf(twice)["state"]).toBeUndefined();
    const unknown = { foo: "bar", claims: '{"userinfo":{"email":null}}', display: "popup" };
    expect(responseOf(await ask(unknown))["code"]).toBeDefined();
  });

  // OpenID Connect Core §3.1.2.1, §3.1.2.6
  test("prompt=none answers login_required, consent_required or a code, and asks no user", async () => {
    expect(await errorOf({ prompt: "none" }, null)).toBe("login_required");
    expect(responseOf(await ask({ prompt: "none" }))["code"]).toBeDefined();
    const other = await registerClient(app, { name: "Other", redirectUris: [callback] });
    const query = authorizeQuery(other.id, { prompt: "none" });
    expect(responseOf(await askToAuthorize(app, query, user.token))["error"]).toBe(
      "consent_required",
    );
    setSystemTime(new Date(Date.now() + 100_000));
    try {
      expect(await errorOf({ prompt: "none", max_age: "50" })).toBe("login_required");
      expect(responseOf(await ask({ prompt: "none", max_age: "10000" }))["code"]).toBeDefined();
    } finally {
      setSystemTime();
    }
  });

  // OpenID Connect Core §3.1.2.3
  test.each([{ prompt: "login" }, { prompt: "select_account" }, { max_age: "0" }])(
    "with %p a signed-in user signs in again, once, and returns to the request",
    async (parameters) => {
      const again = await signUpInBrowser(app);
      await codeOf(app, client.id, again.token);
      setSystemTime(new Date(Date.now() + 10_000));
      try {
        const sent = await ask(parameters, again.token);
        const page = locationOf(sent);
        expect([sent.status, page.pathname, page.searchParams.get("prompt")]).toEqual([
          303,
          "/sign-in",
          "login",
        ]);
        const target = new URL(page.searchParams.get("return_to") ?? "");
        expect(target.pathname).toBe("/oauth/authorize");
        const query = target.search.slice(1);
        // The user has not signed in yet.
        expect(locationOf(await askToAuthorize(app, query, again.token)).pathname).toBe("/sign-in");
        setSystemTime(new Date(Date.now() + 3000));
        await app.rows(
          `update sessions set authenticated_at = '${new Date().toISOString()}' where user_id = '${again.userId}'`,
        );
        expect(responseOf(await askToAuthorize(app, query, again.token))["code"]).toBeDefined();
        // The mark of another request is none.
        setSystemTime(new Date(Date.now() + 5000));
        const other = query.replace("the-state", "another");
        expect(locationOf(await askToAuthorize(app, other, again.token)).pathname).toBe("/sign-in");
      } finally {
        setSystemTime();
      }
    },
    20_000,
  );

  test("a user who is not signed in signs in, and returns to the request", async () => {
    const page = locationOf(await ask({ login_hint: "ada@example.com" }, null));
    expect(page.pathname).toBe("/sign-in");
    expect(page.searchParams.get("prompt")).toBeNull();
    expect(page.searchParams.get("login_hint")).toBe("ada@example.com");
    const target = new URL(page.searchParams.get("return_to") ?? "");
    const answer = await askToAuthorize(app, target.search.slice(1), user.token);
    expect(responseOf(answer)).toMatchObject({ state: "the-state", code: expect.any(String) });
  });

  // OpenID Connect Core §3.1.2.2 item 4
  test("id_token_hint names the user: the same one gets a code, another one signs in", async () => {
    const tokens = await redeem(app, client, await codeOf(app, client.id, user.token));
    const hint = { id_token_hint: String(tokens.json.id_token) };
    expect(responseOf(await ask({ ...hint, prompt: "none" }))["code"]).toBeDefined();
    const other = await signUpInBrowser(app);
    expect(await errorOf({ ...hint, prompt: "none" }, other.token)).toBe("login_required");
    const sent = locationOf(await ask(hint, other.token));
    expect(sent.pathname).toBe("/sign-in");
    // The other user signs in again: asking once more would not end.
    await app.rows(
      `update sessions set authenticated_at = '${new Date(Date.now() + 1000).toISOString()}' where user_id = '${other.userId}'`,
    );
    const { search } = new URL(sent.searchParams.get("return_to") ?? "");
    const again = await askToAuthorize(app, search.slice(1), other.token);
    expect(responseOf(again)).toMatchObject({ error: "login_required", state: "the-state" });
    const foreign = await registerClient(app, { name: "Other", redirectUris: [callback] });
    const answer = await askToAuthorize(app, authorizeQuery(foreign.id, hint), user.token);
    expect(responseOf(answer)["error"]).toBe("invalid_request");
    expect(await errorOf({ id_token_hint: String(tokens.json.access_token) })).toBe(
      "invalid_request",
    );
  });

  // OpenID Connect Core §3.1.2.1: both methods
  test("a request by POST is led to the same request by GET, so that the browser sends its cookie", async () => {
    const form = Object.fromEntries(
      new URLSearchParams(authorizeQuery(client.id, { state: "a b&c" })),
    );
    const headers = { origin: "https://app.example", "sec-fetch-site": "cross-site" };
    const posted = await app.call("POST", "/oauth/authorize", { form, headers });
    expect(posted.status).toBe(303);
    const answer = await askToAuthorize(app, locationOf(posted).search.slice(1), user.token);
    expect(responseOf(answer)).toMatchObject({ state: "a b&c", code: expect.any(String) });
  });

  // OpenID Connect Core §5.3, §5.4; RFC 6750 §2
  test("the claims of each scope are given by GET, by POST and by a form; not those of others", async () => {
    await app.rows(
      `update users set phone = '+4930123456', name = 'Ada' where id = '${user.userId}'`,
    );
    const expected = {
      openid: {},
      profile: { name: "Ada", updated_at: expect.any(Number) },
      email: { email: user.email, email_verified: true },
      phone: { phone_number: "+4930123456", phone_number_verified: false },
      roles: { roles: ["user"] },
    };
    for (const [scope, claims] of Object.entries(expected)) {
      const code = await codeOf(app, client.id, user.token, { scope: `openid ${scope}` });
      const { access_token: token } = (await redeem(app, client, code)).json;
      const path = "/oauth/userinfo";
      const answers = [
        await app.call("GET", path, { bearer: token }),
        await app.call("POST", path, { bearer: token }),
        await app.call("POST", path, { form: { access_token: token } }),
      ];
      for (const answer of answers) {
        expect([scope, answer.status, answer.json]).toEqual([
          scope,
          200,
          { sub: user.userId, ...claims },
        ]);
        expect(answer.headers.get("cache-control")).toBe("no-store");
      }
    }
  });

  // RFC 6750 §3.1
  test("UserInfo refuses a missing, wrong, doubled or insufficient token in the terms of RFC 6750", async () => {
    const code = await codeOf(app, client.id, user.token, { scope: "email" });
    const tokens = (await redeem(app, client, code)).json;
    expect(tokens.id_token).toBeUndefined();
    const path = "/oauth/userinfo";
    const { access_token: token } = tokens;
    const answers = [
      [await app.call("GET", path), 401, "invalid_request", 'Bearer realm="oauth"'],
      [
        await app.call("GET", path, { bearer: `${token}x` }),
        401,
        "invalid_token",
        'Bearer realm="oauth", error="invalid_token"',
      ],
      [
        await app.call("GET", path, { bearer: token }),
        403,
        "insufficient_scope",
        'Bearer realm="oauth", error="insufficient_scope"',
      ],
      [
        await app.call("POST", path, { bearer: token, form: { access_token: token } }),
        400,
        "invalid_request",
        null,
      ],
    ] as const;
    for (const [answer, status, error, challenge] of answers) {
      expect([answer.status, answer.json.error, answer.headers.get("www-authenticate")]).toEqual([
        status,
        error,
        challenge,
      ]);
    }
  });

  // OpenID Connect Core §2
  test("acr_values hinders no user without a second factor; require_mfa demands one", async () => {
    const acr = "urn:gatehouse:2fa";
    // A user without an authenticator app cannot be asked (§5.5.1.1: the claim is voluntary).
    for (const acr_values of [acr, `urn:gatehouse:1fa ${acr}`, "urn:unknown 1 2"]) {
      expect(responseOf(await ask({ acr_values }))["code"]).toBeDefined();
      expect(responseOf(await ask({ acr_values, prompt: "none" }))["code"]).toBeDefined();
    }
    const strict = await registerClient(app, {
      name: "Strict",
      redirectUris: [callback],
      requireMfa: true,
    });
    const demanded = await askToAuthorize(
      app,
      authorizeQuery(strict.id, { prompt: "none" }),
      user.token,
    );
    expect(responseOf(demanded)["error"]).toBe("interaction_required");
    const page = await askToAuthorize(app, authorizeQuery(strict.id), user.token);
    expect([page.status, page.text.includes("Set it up in your account")]).toEqual([200, true]);
    await app.rows(`update sessions set amr = '{pwd,otp,mfa}' where user_id = '${user.userId}'`);
    try {
      const code = await codeOf(app, strict.id, user.token);
      const { id_token: idToken } = (await redeem(app, strict, code)).json;
      expect(decodeToken(String(idToken)).claims).toMatchObject({ acr });
    } finally {
      await app.rows(`update sessions set amr = '{otp}' where user_id = '${user.userId}'`);
    }
  });

  // RFC 6749 §2.3.1, OpenID Connect Core §9
  test("a client authenticates with Basic and with its secret in the body; with both it is refused", async () => {
    const body = openid.ClientSecretPost(client.secret);
    for (const authentication of [openid.ClientSecretBasic(client.secret), body]) {
      const config = await relyingParty(app, client, authentication);
      const query = authorizeQuery(client.id, {
        code_challenge: undefined,
        code_challenge_method: undefined,
      });
      const location = locationOf(await askToAuthorize(app, query, user.token));
      const tokens = await openid.authorizationCodeGrant(config, location, {
        expectedState: "the-state",
      });
      expect(tokens.claims()?.sub).toBe(user.userId);
    }
    const code = await codeOf(app, client.id, user.token);
    const both = await redeem(app, client, code, {
      client_id: client.id,
      client_secret: client.secret,
    });
    expect([both.status, both.json.error]).toEqual([400, "invalid_request"]);
    expect((await redeem(app, client, code)).status).toBe(200);
  });

  test("a page about a request is framed by no site, and its form is posted by no other session", async () => {
    const other = await registerClient(app, { name: "<b>Other</b>", redirectUris: [callback] });
    const page = await askToAuthorize(app, authorizeQuery(other.id), user.token);
    expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(page.text).not.toContain("<b>Other");
    const fields = /name="proof" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const attacker = await signUpInBrowser(app);
    const form = { request: authorizeQuery(other.id), proof: fields, decision: "allow" };
    const path = "/oauth/authorize/decision";
    const foreign = await app.call("POST", path, { form, headers: browserHeaders(attacker.token) });
    expect(locationOf(foreign).pathname).toBe("/oauth/authorize");
    const crossSite = { ...browserHeaders(user.token), "sec-fetch-site": "cross-site" };
    expect((await app.call("POST", path, { form, headers: crossSite })).status).toBe(403);
    const changed = { ...form, request: authorizeQuery(other.id, { scope: "openid email" }) };
    const altered = await app.call("POST", path, {
      form: changed,
      headers: browserHeaders(user.token),
    });
    expect(locationOf(altered).pathname).toBe("/oauth/authorize");
    expect(await app.rows(`select 1 from user_grants where client_id = '${other.id}'`)).toEqual([]);
    const denied = await app.call("POST", path, {
      form: { ...form, decision: "deny" },
      headers: browserHeaders(user.token),
    });
    expect(responseOf(denied)).toMatchObject({ error: "access_denied", state: "the-state" });
  });
});

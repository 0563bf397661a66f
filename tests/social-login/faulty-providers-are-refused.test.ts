import { createHmac } from "node:crypto";

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { SignJWT } from "jose";

import { auditOf } from "../support/audit-rows.ts";
import type { Page } from "../support/http-browser.ts";
import { createIdTokenKey, type IdTokenKey } from "../support/id-token-key.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import {
  type Claims,
  type Script,
  scriptedClientSecret,
  type ScriptedProviders,
  startScriptedProviders,
} from "../support/scripted-provider.ts";
import {
  appRedirect,
  codeOfRedirect,
  createSocialBrowser,
  exchange,
  startSignIn,
} from "../support/social-sign-in.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

setDefaultTimeout(60_000);

/** One way to be faulty: the status of the response, and the reason in the audit log. */
interface Row {
  readonly script: Script;
  readonly status: 400 | 401 | 403 | 409 | 503;
  readonly reason: string;
  /** The last request that the provider gets; by default the one to its token endpoint. */
  readonly last?: string;
}

const html = () =>
  new Response("<!doctype html><title>Maintenance</title>", {
    headers: { "content-type": "text/html" },
  });

const kibibyte = "x".repeat(1024);

/** A response whose body has no end, a byte at a time. */
function drip(): Response {
  let timer: Timer;
  const body = new ReadableStream({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new Uint8Array([32])), 100);
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

function hmacToken(claims: Claims, secret: string): string {
  const signed = `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** Signs with a key of the attacker under the id of the provider's key. */
async function signWithForeignKey(claims: Claims, { published }: IdTokenKey): Promise<string> {
  return (await createIdTokenKey(published.kid)).sign(claims);
}

function without(name: string) {
  return <Value>(values: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}

let loopbackHits = 0;
const loopback = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch() {
    loopbackHits += 1;
    return Response.json({ access_token: "stolen", id_token: "stolen" });
  },
});

const secondsAgo = (claims: Claims, seconds: number): Claims => ({
  ...claims,
  iat: Number(claims["iat"]) - seconds,
  exp: Number(claims["exp"]) - seconds,
});

// security 74, 75, 77, 81
const rows: Readonly<Record<string, Row>> = {
  "error-access-denied": {
    script: { callback: ({ state, iss }) => ({ error: "access_denied", state, iss }) },
    status: 403,
    reason: "cancelled",
    last: "GET authorize",
  },
  "error-server": {
    script: { callback: ({ state, iss }) => ({ error: "server_error", state, iss }) },
    status: 503,
    reason: "provider_error",
    last: "GET authorize",
  },
  "error-invalid-scope": {
    script: { callback: ({ state, iss }) => ({ error: "invalid_scope", state, iss }) },
    status: 400,
    reason: "provider_error",
    last: "GET authorize",
  },
  "no-code": {
    script: { callback: without("code") },
    status: 400,
    reason: "code_missing",
    last: "GET authorize",
  },
  "long-code": {
    script: { callback: (sent) => ({ ...sent, code: kibibyte.repeat(10) }) },
    status: 400,
    reason: "parameter_invalid",
    last: "GET authorize",
  },
  "unknown-code": {
    script: { callback: (sent) => ({ ...sent, code: "another-code" }) },
    status: 400,
    reason: "code_refused",
  },
  "foreign-iss-in-callback": {
    script: { callback: (sent) => ({ ...sent, iss: "https://attacker.example" }) },
    status: 400,
    reason: "issuer_wrong",
    last: "GET authorize",
  },
  "no-iss-in-callback": {
    script: { callback: without("iss") },
    status: 400,
    reason: "issuer_missing",
    last: "GET authorize",
  },
  "token-500": {
    script: { token: () => new Response("Internal Server Error", { status: 500 }) },
    status: 503,
    reason: "token_server_error",
  },
  "token-html": { script: { token: html }, status: 503, reason: "token_not_json" },
  "token-bad-json": {
    script: {
      token: () =>
        new Response('{"access_token": "a', { headers: { "content-type": "application/json" } }),
    },
    status: 503,
    reason: "token_not_json",
  },
  "token-empty": { script: { token: () => ({}) }, status: 503, reason: "token_response_invalid" },
  "token-drip": { script: { token: drip }, status: 503, reason: "token_timeout" },
  "token-too-large": {
    script: { token: (body) => ({ ...body, more: kibibyte.repeat(65) }) },
    status: 503,
    reason: "token_too_large",
  },
  "token-redirects-to-loopback": {
    script: { token: () => Response.redirect(loopback.url.href, 307) },
    status: 503,
    reason: "token_redirect",
  },
  "no-id-token": {
    script: { token: without("id_token") },
    status: 503,
    reason: "id_token_missing",
  },
  "wrong-signature": {
    script: { sign: signWithForeignKey },
    status: 400,
    reason: "signature_wrong",
    last: "GET keys",
  },
  "unknown-key": {
    script: { sign: async (claims) => (await createIdTokenKey()).sign(claims) },
    status: 400,
    reason: "key_unknown",
    last: "GET keys",
  },
  "foreign-issuer": {
    script: { claims: (claims) => ({ ...claims, iss: "https://attacker.example" }) },
    status: 400,
    reason: "issuer_wrong",
    last: "GET keys",
  },
  "stale-nonce": {
    script: { claims: (claims) => ({ ...claims, nonce: "the-nonce-of-an-earlier-sign-in" }) },
    status: 400,
    reason: "nonce_wrong",
    last: "GET keys",
  },
  "no-nonce": {
    script: { claims: without("nonce") },
    status: 400,
    reason: "nonce_wrong",
    last: "GET keys",
  },
  "wrong-audience": {
    script: { claims: (claims) => ({ ...claims, aud: "another-client" }) },
    status: 400,
    reason: "audience_wrong",
    last: "GET keys",
  },
  "foreign-authorized-party": {
    script: {
      claims: (claims) => ({
        ...claims,
        aud: ["gatehouse", "another-client"],
        azp: "another-client",
      }),
    },
    status: 400,
    reason: "audience_wrong",
    last: "GET keys",
  },
  expired: {
    script: { claims: (claims) => secondsAgo(claims, 3600) },
    status: 400,
    reason: "id_token_expired",
    last: "GET keys",
  },
  "algorithm-none": {
    script: { sign: (claims) => `${base64url({ alg: "none" })}.${base64url(claims)}.` },
    status: 400,
    reason: "algorithm_refused",
  },
  "hs256-with-client-secret": {
    script: { sign: (claims) => hmacToken(claims, scriptedClientSecret) },
    status: 400,
    reason: "algorithm_refused",
  },
  "hs256-with-public-key": {
    script: { sign: (claims, { published }) => hmacToken(claims, JSON.stringify(published)) },
    status: 400,
    reason: "algorithm_refused",
  },
  "signed-by-key-in-header": {
    script: {
      async sign(claims) {
        const { privateKey, publicKey } = await crypto.subtle.generateKey(
          { name: "ECDSA", namedCurve: "P-256" },
          true,
          ["sign", "verify"],
        );
        const jwk = await crypto.subtle.exportKey("jwk", publicKey);
        const header = {
          alg: "ES256",
          jwk: { kty: "EC", crv: "P-256", x: jwk.x ?? "", y: jwk.y ?? "" },
        };
        return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
      },
    },
    status: 400,
    reason: "algorithm_refused",
  },
  "no-subject": {
    script: { claims: without("sub") },
    status: 400,
    reason: "subject_invalid",
    last: "GET keys",
  },
  "verified-as-text": {
    script: { claims: (claims) => ({ ...claims, email_verified: "false" }) },
    status: 409,
    reason: "address_not_verified",
    last: "GET keys",
  },
  "verified-as-true-text": {
    script: { claims: (claims) => ({ ...claims, email_verified: "true" }) },
    status: 409,
    reason: "address_not_verified",
    last: "GET keys",
  },
  "verified-missing": {
    script: { claims: without("email_verified"), userinfo: without("email_verified") },
    status: 409,
    reason: "address_not_verified",
    last: "GET keys",
  },
  "userinfo-of-another-user": {
    script: {
      claims: without("email"),
      userinfo: (claims) => ({ ...claims, sub: "another-subject" }),
    },
    status: 400,
    reason: "profile_of_another",
    last: "GET userinfo",
  },
  "keys-down": {
    script: { keys: () => new Response("Bad Gateway", { status: 502 }) },
    status: 503,
    reason: "keys_server_error",
    last: "GET keys",
  },
  "discovery-of-another-issuer": {
    script: { discovery: (document) => ({ ...document, issuer: "https://attacker.example" }) },
    status: 503,
    reason: "discovery_issuer_wrong",
    last: "GET .well-known/openid-configuration",
  },
  "discovery-html": {
    script: { discovery: html },
    status: 503,
    reason: "discovery_not_json",
    last: "GET .well-known/openid-configuration",
  },
  "no-code-challenge-supported": {
    script: {
      discovery: (document) => ({ ...document, code_challenge_methods_supported: ["plain"] }),
    },
    status: 503,
    reason: "code_challenge_unsupported",
    last: "GET .well-known/openid-configuration",
  },
  "access-token-of-another-user": {
    script: { claims: (claims) => ({ ...claims, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }) },
    status: 400,
    reason: "access_token_of_another",
    last: "GET keys",
  },
  // Attack: the user's browser is sent to the provider with the challenge of another sign-in.
  "challenge-of-another-sign-in": {
    script: { request: (parameters) => parameters.set("code_challenge", "A".repeat(43)) },
    status: 400,
    reason: "code_refused",
  },
  // Attack: the challenge is taken out of the request on its way. The provider refuses a verifier without one.
  "challenge-removed": {
    script: { request: (parameters) => parameters.delete("code_challenge") },
    status: 400,
    reason: "code_refused",
  },
};

describe("a provider that is faulty in one way", () => {
  let providers: ScriptedProviders;
  let app: TestApp;
  let victim: SignedInUser;

  beforeAll(async () => {
    const scripts = Object.entries(rows).map(([name, { script }]) => [name, script] as const);
    providers = await startScriptedProviders({ ...Object.fromEntries(scripts), correct: {} });
    app = await startTestApp({ settings: { REDIRECT_URIS: appRedirect, ...providers.settings } });
    victim = await signUp(app);
    providers.profile = { sub: "subject-1", email: victim.email, email_verified: true };
  });

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await providers[Symbol.asyncDispose]();
    await loopback.stop(true);
  });

  const signIn = (name: string): Promise<Page> =>
    startSignIn(
      createSocialBrowser(() => app),
      name,
    );

  async function counts(): Promise<unknown> {
    const [found] = await app.rows(
      `select (select count(*)::int from sessions where not 'pwd' = any(amr)) as sessions,
              (select count(*)::int from identities) as identities,
              (select count(*)::int from social_login_codes) as codes,
              (select count(*)::int from users) as users`,
    );
    return found;
  }

  const nothing = { sessions: 0, identities: 0, codes: 0, users: 1 };

  test.each(Object.keys(rows))("is refused and gives no session: %s", async (name) => {
    const row = rows[name];
    if (row === undefined) throw new Error(`no row ${name}`);
    const [page, password] = await Promise.all([signIn(name), logIn(app, victim)]);
    expect([name, page.status, page.json?.success]).toEqual([name, row.status, false]);
    expect(password.status).toBe(200);

    const shown = `${page.text} ${[...page.headers].join(" ")} ${page.visited.slice(1).join(" ")}`;
    expect(page.text).not.toMatch(/eyJ|code-|access.token|stolen|attacker|127\.0\.0\.1|subject-1/);
    expect(shown).not.toContain(scriptedClientSecret);
    expect(page.headers.get("location")).toBeNull();
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(await counts()).toEqual(nothing);
    expect(providers.requestsTo(name).at(-1)).toEndWith(row.last ?? "POST token");

    const [refusal] = await auditOf(app, page);
    expect(refusal).toMatchObject({
      action: "user.login",
      result: "failure",
      session_id: null,
      detail: { by: name, reason: row.reason },
    });
  });

  test("a redirect to a loopback address is not followed", () => {
    expect(loopbackHits).toBe(0);
  });

  test("nothing that a provider sent is in the log", () => {
    const log = app.log.join("");
    expect(log).not.toMatch(/attacker\.example|eyJhbGciOiJ|an-access-token-of|code-[0-9a-f]{40}/);
  });

  test("the same provider without a fault signs the user in", async () => {
    const answer = await exchange(app, codeOfRedirect(await signIn("correct")));
    expect([answer.status, answer.json.data.user.id]).toEqual([200, victim.userId]);
    expect(await counts()).toEqual({ sessions: 1, identities: 1, codes: 1, users: 1 });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { exportSPKI, importJWK } from "jose";

import type { Provider } from "../../src/features/social-login/provider.ts";
import { forgeToken, hmac } from "../support/forge-token.ts";
import {
  createStandInKey,
  type OpenIdStandIn,
  serveOpenIdStandIn,
  type StandInKey,
} from "../support/openid-stand-in.ts";
import { createManualClock } from "../support/outbox-scene.ts";
import { startProviderHosts } from "../support/provider-hosts.ts";
import { builtInProviderSettings, openIdEndpoints } from "../support/provider-settings.ts";
import {
  authorization,
  issuerSettings,
  providerErrorOf,
  providerOf,
  signInAt,
} from "../support/providers.ts";

const hosts = startProviderHosts();
const clock = createManualClock();
const present = Math.floor(clock.now().getTime() / 1000);
let key: StandInKey;
let otherKey: StandInKey;
let standIn: OpenIdStandIn;
let provider: Provider;

beforeAll(async () => {
  key = await createStandInKey("key-1");
  otherKey = await createStandInKey("key-1");
});
beforeEach(() => {
  const { OIDC_EXAMPLE_ISSUER: issuer, OIDC_EXAMPLE_CLIENT_ID: clientId } = issuerSettings;
  standIn = serveOpenIdStandIn(hosts, { issuer, clientId, key, now: clock.now });
  provider = providerOf(issuerSettings, { httpClient: hosts.httpClient, clock });
});
afterAll(() => hosts[Symbol.asyncDispose]());

test("a valid ID token identifies the user", async () => {
  const { profile, tokens } = await signInAt(provider, standIn);
  expect(profile).toEqual({
    issuer: "https://issuer.test",
    subject: "user-1",
    email: "ada@example.com",
    emailVerified: true,
    name: null,
    avatarUrl: null,
    locale: null,
  });
  expect(tokens).toMatchObject({ accessToken: "provider-access-token", expiresInSeconds: 3600 });
});

/** Claims that an attacker, another client or an old response may have, and why they are refused. */
const wrongClaims: [string, Record<string, unknown>, string][] = [
  ["a foreign issuer", { iss: "https://evil.test" }, "issuer_wrong"],
  ["an issuer with a slash more", { iss: "https://issuer.test/" }, "issuer_wrong"],
  ["no issuer", { iss: undefined }, "issuer_wrong"],
  ["a foreign audience", { aud: "another-client" }, "audience_wrong"],
  ["a foreign audience in a list", { aud: ["another-client"] }, "audience_wrong"],
  ["several audiences without azp", { aud: ["gatehouse", "another-client"] }, "audience_wrong"],
  ["a foreign azp", { azp: "another-client" }, "audience_wrong"],
  ["no audience", { aud: undefined }, "audience_wrong"],
  ["expiry now", { exp: present }, "id_token_expired"],
  ["no expiry", { exp: undefined }, "id_token_expired"],
  ["an expiry after all dates", { exp: 1e15 }, "id_token_expired"],
  ["an expiry that is no number", { exp: "4000000000" }, "id_token_expired"],
  ["an issue 61 seconds ahead", { iat: present + 61 }, "id_token_of_the_future"],
  ["no time of issue", { iat: undefined }, "id_token_of_the_future"],
  ["a start 61 seconds ahead", { nbf: present + 61 }, "id_token_of_the_future"],
  ["the nonce of another sign-in", { nonce: "stale" }, "nonce_wrong"],
  ["the digest of the nonce", { nonce: sha256("the-nonce", "hex") }, "nonce_wrong"],
  ["no nonce", { nonce: undefined }, "nonce_wrong"],
  ["the digest of another access token", { at_hash: "AAAA" }, "access_token_of_another"],
  ["no subject", { sub: undefined }, "subject_invalid"],
  ["an empty subject", { sub: "" }, "subject_invalid"],
  ["a subject of 256 characters", { sub: "s".repeat(256) }, "subject_invalid"],
  ["a subject with NUL", { sub: "user\0" }, "subject_invalid"],
];

// security 75
test.each(wrongClaims)("an ID token with %s is refused", async (_name, claims, reason) => {
  standIn.claims = claims;
  expect(await providerErrorOf(signInAt(provider, standIn))).toBe(`refused: ${reason}`);
});

/** Claims at the limit of what is accepted. */
const rightClaims: [string, Record<string, unknown>][] = [
  ["expiry in a second", { exp: present + 1 }],
  ["an issue 60 seconds ahead", { iat: present + 60 }],
  ["several audiences and the client in azp", { aud: ["x", "gatehouse"], azp: "gatehouse" }],
  ["the digest of the access token", { at_hash: halfDigest("provider-access-token") }],
  ["a subject of 255 characters", { sub: "s".repeat(255) }],
];

test.each(rightClaims)("an ID token with %s is accepted", async (_name, claims) => {
  standIn.claims = claims;
  expect((await signInAt(provider, standIn)).profile.emailVerified).toBe(true);
});

describe("a signature", () => {
  // security 75
  test("by another key under the published key id is refused", async () => {
    const sign = standIn.signIdToken;
    standIn.idToken = async (claims) => {
      standIn.keys = [otherKey];
      const token = await sign(claims);
      standIn.keys = [key];
      return token;
    };
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe("refused: signature_wrong");
  });

  test("over other claims is refused", async () => {
    standIn.idToken = async (claims) => {
      const [header, , signature] = (await standIn.signIdToken(claims)).split(".");
      const changed = Buffer.from(JSON.stringify({ ...claims, sub: "user-2" }));
      return `${header}.${changed.toString("base64url")}.${signature}`;
    };
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe("refused: signature_wrong");
  });

  // The provider announces both algorithms; neither is ever accepted (RFC 8725 §3.1).
  test("with `none` is refused", async () => {
    for (const signature of ["", "AAAA"]) {
      standIn.idToken = (claims) =>
        forgeToken({ header: { alg: "none", kid: "key-1" }, claims }) + signature;
      expect(await providerErrorOf(signInAt(provider, standIn))).toBe("refused: algorithm_refused");
    }
  });

  test("with HS256 and the public key as its secret is refused", async () => {
    const publicKey = await exportSPKI((await importJWK(key.jwk, "ES256")) as CryptoKey);
    standIn.idToken = (claims) =>
      forgeToken({ header: { alg: "HS256", kid: "key-1" }, claims }, hmac(publicKey));
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe("refused: algorithm_refused");
  });

  test("with an algorithm that the issuer does not announce is refused", async () => {
    standIn.metadata = { id_token_signing_alg_values_supported: ["RS256"] };
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe("refused: algorithm_refused");
  });

  test("with a critical header that is unknown is refused", async () => {
    standIn.idToken = (claims) =>
      forgeToken({ header: { alg: "ES256", kid: "key-1", crit: ["x"], x: 1 }, claims }, () =>
        Buffer.alloc(64),
      );
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe("refused: id_token_malformed");
  });

  test.each(["at+jwt", "logout+jwt"])("of the type %s is refused", async (typ) => {
    standIn.header = { typ };
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe(
      "refused: id_token_of_another_type",
    );
  });

  test.each(["RS256", "PS256", "EdDSA", "ES384"])("with %s is accepted", async (algorithm) => {
    standIn.metadata = { id_token_signing_alg_values_supported: [algorithm] };
    standIn.keys = [await createStandInKey("key-of-another-algorithm", algorithm)];
    standIn.claims = { at_hash: halfDigest("provider-access-token", digestOf(algorithm)) };
    expect((await signInAt(provider, standIn)).profile.subject).toBe("user-1");
  });

  test("is refused while the key set has several keys and the token names none", async () => {
    standIn.keys = [key, otherKey];
    standIn.header = { kid: undefined };
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe("refused: key_unknown");
  });
});

describe("the keys of the provider", () => {
  function countKeyRequests(): number {
    return standIn.countRequests("/keys");
  }

  // security 75
  test("are read again for an unknown key, once in 30 seconds, and are otherwise kept", async () => {
    const before = countKeyRequests();
    await signInAt(provider, standIn);
    await signInAt(provider, standIn);
    expect(countKeyRequests() - before).toBe(1);

    standIn.keys = [await createStandInKey("key-2")];
    await Promise.all(Array.from({ length: 5 }, () => signInAt(provider, standIn)));
    expect(countKeyRequests() - before).toBe(2);

    standIn.keys = [await createStandInKey("key-3")];
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe("refused: key_unknown");
    expect(countKeyRequests() - before).toBe(2);
    clock.advance(30);
    await signInAt(provider, standIn);
    expect(countKeyRequests() - before).toBe(3);
  });

  test("that were removed verify for ten minutes at most", async () => {
    await signInAt(provider, standIn);
    const { keys, signIdToken } = standIn;
    standIn.idToken = async (claims) => {
      standIn.keys = keys;
      const token = await signIdToken(claims);
      standIn.keys = [otherKey];
      return token;
    };
    clock.advance(600);
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe("refused: signature_wrong");
  });

  test("are asked for again five seconds after their endpoint failed", async () => {
    standIn.responses.set("keys", () => new Response("down", { status: 503 }));
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe(
      "unavailable: keys_server_error",
    );
    standIn.responses.clear();
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe(
      "unavailable: keys_server_error",
    );
    clock.advance(5);
    await signInAt(provider, standIn);
  });

  test("stay in use while an attempt to read newer ones fails", async () => {
    await signInAt(provider, standIn);
    standIn.responses.set("keys", () => new Response("down", { status: 503 }));
    standIn.keys = [await createStandInKey("key-2")];
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe(
      "unavailable: keys_server_error",
    );
    standIn.keys = [key];
    await signInAt(provider, standIn);
  });

  test.each([
    ["no JSON", () => new Response("<html>"), "keys_not_json"],
    ["no key set", () => Response.json({ keys: "none" }), "keys_invalid"],
    ["no success", () => Response.json({}, { status: 404 }), "keys_invalid"],
    ["a redirect", () => Response.redirect("http://127.0.0.1:1/"), "keys_redirect"],
  ])("are unavailable when their endpoint responds with %s", async (_name, respond, reason) => {
    standIn.responses.set("keys", respond);
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe(`unavailable: ${reason}`);
  });
});

describe("an ID token that an application passes on", () => {
  async function verify(claims: Record<string, unknown>, nonce = "the-nonce"): Promise<string> {
    const valid = standIn.validClaims(authorization.nonce);
    const token = await standIn.signIdToken({ ...valid, ...claims });
    const profile = await provider.verifyIdToken?.(token, nonce);
    return profile?.subject ?? "";
  }

  test.each([
    ["the nonce", "the-nonce"],
    ["the digest of the nonce in hexadecimal", sha256("the-nonce", "hex")],
    ["the digest of the nonce in base64url", sha256("the-nonce", "base64url")],
  ])("is accepted with %s", async (_name, nonce) => {
    expect(await verify({ nonce })).toBe("user-1");
  });

  test.each([
    ["another nonce", { nonce: "stale" }, "nonce_wrong"],
    ["a foreign audience", { aud: "another-client" }, "audience_wrong"],
    ["a foreign issuer", { iss: "https://evil.test" }, "issuer_wrong"],
    ["an expiry in the past", { exp: 1 }, "id_token_expired"],
  ])("is refused with %s", async (_name, claims, reason) => {
    expect(await providerErrorOf(verify(claims))).toBe(`refused: ${reason}`);
  });

  test("may be for a client of a native application, which the sign-in by redirect refuses", async () => {
    const settings = { ...builtInProviderSettings.google, GOOGLE_NATIVE_CLIENT_IDS: "ios,android" };
    const google = providerOf(settings, { httpClient: hosts.httpClient, clock });
    const { issuer, endpoints } = openIdEndpoints.google;
    const rsaKey = await createStandInKey("key-1", "RS256");
    const options = { issuer, endpoints, key: rsaKey, now: clock.now };
    const place = serveOpenIdStandIn(hosts, { ...options, clientId: "google-client" });
    const verifyFor = async (claims: Record<string, unknown>): Promise<unknown> => {
      const token = await place.signIdToken({ ...place.validClaims("the-nonce"), ...claims });
      return google.verifyIdToken?.(token, "the-nonce");
    };
    for (const claims of [{ aud: "ios" }, { azp: "android" }, {}]) {
      expect(await verifyFor(claims)).toMatchObject({ subject: "user-1" });
    }
    expect(await providerErrorOf(verifyFor({ aud: "other" }))).toBe("refused: audience_wrong");
    expect(await providerErrorOf(verifyFor({ azp: "other" }))).toBe("refused: audience_wrong");
    place.claims = { aud: "ios" };
    expect(await providerErrorOf(signInAt(google, place))).toBe("refused: audience_wrong");
  });

  test.each(["", "a.b", "a.b.c", "é.é.é", "x".repeat(20_000)])(
    "is refused when it is none",
    async (token) => {
      const error = await providerErrorOf(
        provider.verifyIdToken?.(token, "the-nonce") ?? Promise.resolve(),
      );
      expect(error).toStartWith("refused: id_token_");
    },
  );
});

function sha256(text: string, encoding: "hex" | "base64url"): string {
  return createHash("sha256").update(text).digest(encoding);
}

function halfDigest(text: string, digest = "sha256"): string {
  const whole = createHash(digest).update(text).digest();
  return whole.subarray(0, whole.length / 2).toString("base64url");
}

function digestOf(algorithm: string): string {
  return algorithm === "EdDSA" ? "sha512" : `sha${algorithm.slice(2)}`;
}

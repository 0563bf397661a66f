import { beforeAll, expect, setSystemTime, test } from "bun:test";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

import { OutboundError } from "../../src/platform/http-client/port.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

/** What the URL of the keys gives. */
let keysAtUrl: string | null = null;
const app = useTestApp({
  overrides: {
    httpClient: {
      send: async ({ url }) => {
        if (keysAtUrl === null) throw new OutboundError("unreachable");
        const body = url === "https://machine.example/jwks" ? keysAtUrl : "{}";
        return { status: 200, headers: new Headers(), body };
      },
    },
  },
});
const publicUrl = "http://localhost:8000";
let client: TestClient;
let key: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair("ES256", { extractable: true });
  key = pair.privateKey;
  client = await registerClient(app, {
    name: "machine",
    tokenEndpointAuthMethod: "private_key_jwt",
    jwks: { keys: [{ ...asPublicJwk(await exportJWK(pair.publicKey)), kid: "one" }] },
  });
}, 20_000);

interface PublicKeyMembers {
  readonly kty: string;
}

function asPublicJwk(value: object): PublicKeyMembers {
  return value as PublicKeyMembers;
}

function sign(
  claims: { readonly [Name in keyof JWTPayload]?: JWTPayload[Name] | undefined } = {},
  {
    by = key,
    alg = "ES256",
    typ,
  }: { by?: CryptoKey | Uint8Array; alg?: string; typ?: string } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: client.id,
    sub: client.id,
    aud: publicUrl,
    jti: Bun.randomUUIDv7(),
    iat: now,
    exp: now + 60,
    ...claims,
  };
  const header = { alg, kid: "one", ...(typ === undefined ? {} : { typ }) };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(given)).setProtectedHeader(header).sign(by);
}

const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ask = (assertion: string, further: Record<string, string> = {}) =>
  app.call("POST", "/oauth/token", {
    form: {
      grant_type: "client_credentials",
      client_assertion_type: type,
      client_assertion: assertion,
      ...further,
    },
  });

// RFC 7523 §2.2, §3
test("a client proves itself with a JWT for the issuer or the endpoint, at every endpoint for clients", async () => {
  for (const aud of [publicUrl, `${publicUrl}/oauth/token`, ["https://other.example", publicUrl]]) {
    const granted = await ask(await sign({ aud }));
    expect([aud, granted.status]).toEqual([aud, 200]);
  }
  expect((await ask(await sign(), { client_id: client.id })).status).toBe(200);
  const token: string = (await ask(await sign())).json.access_token;
  const introspected = await app.call("POST", "/oauth/introspect", {
    form: {
      token,
      client_assertion_type: type,
      client_assertion: await sign({ aud: `${publicUrl}/oauth/introspect` }),
    },
  });
  expect(introspected.json).toMatchObject({ active: true, client_id: client.id });
});

// RFC 7523 §3 item 7: a stolen assertion
test("an assertion is accepted once, of 20 at the same time and on another replica", async () => {
  const replica = await app.replica();
  const assertion = await sign();
  const answers = await race(20, () => ask(assertion));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const form = {
    grant_type: "client_credentials",
    client_assertion_type: type,
    client_assertion: assertion,
  };
  expect((await replica.call("POST", "/oauth/token", { form })).status).toBe(401);
});

test("every other assertion is refused in the same way", async () => {
  const now = Math.floor(Date.now() / 1000);
  const stranger = await generateKeyPair("ES256");
  const rsa = await generateKeyPair("RS256");
  const secret = new TextEncoder().encode("x".repeat(32));
  const other = await registerClient(app, { name: "other" });
  const wrong = {
    "another key": await sign({}, { by: stranger.privateKey }),
    "another algorithm": await sign({}, { by: rsa.privateKey, alg: "RS256" }),
    "a shared secret": await sign({}, { by: secret, alg: "HS256" }),
    "another issuer": await sign({ iss: other.id }),
    "another client": await sign({ iss: other.id, sub: other.id }),
    "an unknown client": await sign({ iss: "client_none", sub: "client_none" }),
    "another audience": await sign({ aud: "https://evil.example" }),
    "an audience that begins with ours": await sign({ aud: `${publicUrl}.evil.example` }),
    "no audience": await sign({ aud: undefined }),
    expired: await sign({ exp: now - 1 }),
    "too long a life": await sign({ exp: now + 86_400 }),
    "no expiry": await sign({ exp: undefined }),
    "of the future": await sign({ nbf: now + 300 }),
    "no id": await sign({ jti: undefined }),
    "another type": await sign({}, { typ: "at+jwt" }),
    "no JWT": "x.y.z",
    none: `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify({ iss: client.id, sub: client.id })).toString("base64url")}.`,
  };
  for (const [name, assertion] of Object.entries(wrong)) {
    const { status, json, headers } = await ask(assertion);
    expect([name, status, json.error]).toEqual([name, 401, "invalid_client"]);
    expect(headers.get("www-authenticate")).toStartWith("Basic ");
  }
  const misnamed = await ask(await sign(), { client_assertion_type: "jwt" });
  expect([misnamed.status, misnamed.json.error]).toEqual([401, "invalid_client"]);
  const twoWays = await ask(await sign(), { client_id: client.id, client_secret: "secret" });
  expect([twoWays.status, twoWays.json.error]).toEqual([400, "invalid_request"]);
  const anotherId = await ask(await sign(), { client_id: other.id });
  expect(anotherId.status).toBe(401);
});

// RFC 7523 §3 item 9, RFC 7517 §5
test("the keys of a client may be at a URL; while that is out of order the client is refused", async () => {
  const settings = {
    tokenEndpointAuthMethod: "private_key_jwt",
    jwksUri: "https://machine.example/jwks",
  } as const;
  const remote = await registerClient(app, { name: "remote", ...settings });
  const claims = { iss: remote.id, sub: remote.id };
  const pair = await generateKeyPair("EdDSA", { extractable: true });
  const signed = () => sign(claims, { by: pair.privateKey, alg: "EdDSA" });
  expect((await ask(await signed())).status).toBe(401);
  keysAtUrl = JSON.stringify({
    keys: [{ ...asPublicJwk(await exportJWK(pair.publicKey)), kid: "one" }],
  });
  setSystemTime(new Date(Date.now() + 10_000));
  try {
    expect((await ask(await signed())).status).toBe(200);
  } finally {
    setSystemTime();
  }
});

test("a client with a secret does not prove itself with an assertion, nor one with keys by a secret or its id", async () => {
  const withSecret = await registerClient(app, { name: "secret" });
  const { id, secret } = withSecret;
  expect((await ask(await sign({ iss: id, sub: id }))).status).toBe(401);
  const form = { grant_type: "client_credentials", client_id: client.id };
  expect((await app.call("POST", "/oauth/token", { form })).status).toBe(401);
  const guessed = { ...form, client_secret: secret };
  expect((await app.call("POST", "/oauth/token", { form: guessed })).status).toBe(401);
});

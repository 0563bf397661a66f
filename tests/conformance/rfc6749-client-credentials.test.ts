import { beforeAll, expect, test } from "bun:test";
import {
  type ClientAuth,
  clientCredentialsGrantRequest,
  ClientSecretBasic,
  ClientSecretPost,
  None,
  processClientCredentialsResponse,
  WWWAuthenticateChallengeError,
} from "oauth4webapi";

import { auditOf } from "../support/audit-rows.ts";
import { basic, clientToken, makeClient, type TestClient } from "../support/clients.ts";
import { decodeToken } from "../support/forge-token.ts";
import type { Answer } from "../support/http-call.ts";
import { signUp } from "../support/journey.ts";
import { callWith, exampleBody, readOperations } from "../support/operations.ts";
import { caught, discover } from "../support/strict-client.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let client: TestClient;
let strict: Awaited<ReturnType<typeof discover>>;

beforeAll(async () => {
  client = await makeClient(app, "billing");
  strict = await discover(app);
});

const clientForm = { grant_type: "client_credentials" };

async function grantStrictly(clientAuthentication: ClientAuth) {
  const { server, options } = strict;
  const self = { client_id: client.id };
  const request = clientCredentialsGrantRequest(server, self, clientAuthentication, {}, options);
  return processClientCredentialsResponse(server, self, await request);
}

const ask = (form: Record<string, string>, authorization?: string) =>
  app.call("POST", "/oauth/token", {
    form,
    headers: authorization === undefined ? {} : { authorization },
  });

function expectInvalidClient(name: string, answer: Answer) {
  expect([name, answer.status, answer.json]).toEqual([
    name,
    401,
    { error: "invalid_client", error_description: expect.any(String) },
  ]);
  expect(answer.headers.get("www-authenticate")).toMatch(/^Basic realm="[^"]+"/);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
}

// RFC 6749 §4.4, §2.3.1; RFC 9068 §2
test("a strict client gets an access token with Basic and with body credentials, and no refresh token", async () => {
  for (const auth of [ClientSecretBasic(client.secret), ClientSecretPost(client.secret)]) {
    const granted = await grantStrictly(auth);
    expect(granted).toEqual({
      access_token: expect.any(String),
      token_type: "bearer",
      expires_in: 86_400,
    });
    const { header, claims } = decodeToken(granted.access_token);
    expect(header["typ"]).toBe("at+jwt");
    expect(claims).toEqual({
      iss: "http://localhost:8000",
      aud: "gatehouse",
      sub: client.id,
      client_id: client.id,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      iat: expect.any(Number),
      exp: Number(claims["iat"]) + 86_400,
    });
  }
});

// security 24 (a bad client); RFC 6749 §5.2
test("a strict client parses an error response", async () => {
  for (const auth of [ClientSecretBasic("wrong"), ClientSecretPost("wrong"), None()]) {
    const error = await caught(grantStrictly(auth));
    expect(error).toBeInstanceOf(WWWAuthenticateChallengeError);
    expect(error).toMatchObject({ status: 401, cause: [{ scheme: "basic" }] });
  }
});

// security 24 (a bad client)
test("every invalid client credential gets the same response", async () => {
  const { id, secret } = client;
  const other = await makeClient(app, "other");
  const raw = (text: string) => `Basic ${Buffer.from(text, "latin1").toString("base64")}`;
  const headers = {
    nothing: undefined,
    "a wrong secret": basic(id, `${secret}x`),
    "another client's secret": basic(id, other.secret),
    "an unknown id": basic("client_unknown", secret),
    "the name in place of the id": basic("billing", secret),
    "no secret": basic(id, ""),
    "no id": basic("", secret),
    "empty credentials": basic("", ""),
    "the hash in place of the secret": basic(
      id,
      String(
        (await app.rows(`select secret_hash from clients where client_id = '${id}'`))[0]?.[
          "secret_hash"
        ],
      ),
    ),
    "an id with NUL": basic(`${id}\0`, secret),
    "an id with quotes": basic(`' or ''='`, secret),
    "an id of 9 KB": basic("x".repeat(9000), secret),
    "no colon": raw(id),
    "not UTF-8": raw(`${id}:\xff`),
    "a percent sign alone": raw(`${id}:%`),
    "not base64": "Basic ???",
    "nothing encoded": "Basic",
    "a bearer token": `Bearer ${secret}`,
    "another scheme": "Digest x",
  };
  for (const [name, header] of Object.entries(headers)) {
    expectInvalidClient(name, await ask(clientForm, header));
  }
  const bodies = {
    "a wrong secret in the body": { client_id: id, client_secret: "wrong" },
    "an id alone": { client_id: id },
    "a secret alone": { client_secret: secret },
    "an unknown id in the body": { client_id: "x", client_secret: secret },
  };
  for (const [name, body] of Object.entries(bodies)) {
    expectInvalidClient(name, await ask({ ...clientForm, ...body }));
  }
});

// RFC 6749 §2.3: not more than one way at once.
test("a client that authenticates in two ways at once is refused, even if both are right", async () => {
  const { id, secret, authorization } = client;
  const other = await makeClient(app, "other");
  for (const body of [
    { client_id: id, client_secret: secret },
    { client_secret: "x" },
    { client_id: other.id },
  ]) {
    const answer = await ask({ ...clientForm, ...body }, authorization);
    expect([answer.status, answer.json.error]).toEqual([400, "invalid_request"]);
  }
  // Its own name beside the header is no second proof.
  expect((await ask({ ...clientForm, client_id: id }, authorization)).status).toBe(200);
});

// RFC 6749 §2.3.1, Appendix B
test("the Basic scheme is case-insensitive, and its values are form-decoded", async () => {
  const encoded = [...client.secret]
    .map((letter) => `%${letter.charCodeAt(0).toString(16)}`)
    .join("");
  const header = Buffer.from(`${client.id}:${encoded}`).toString("base64");
  for (const scheme of ["Basic", "basic", "BASIC"]) {
    expect((await ask(clientForm, `${scheme} ${header}`)).status).toBe(200);
  }
});

// A client need not authenticate for a user's grants; one that does so wrongly is refused before the grant is looked at.
test("the other grants accept no client or a valid one", async () => {
  const user = await signUp(app);
  const form = { grant_type: "password", username: user.email, password: user.password };
  expect((await ask(form, basic("", ""))).status).toBe(200);
  expect((await ask({ ...form, client_id: "an-app" })).status).toBe(200);
  expect((await ask(form, client.authorization)).status).toBe(200);
  const refresh = { grant_type: "refresh_token", refresh_token: user.refreshToken };
  for (const refused of [form, refresh]) {
    expectInvalidClient("wrong secret", await ask(refused, basic(client.id, "wrong")));
  }
  expect((await ask(refresh)).status).toBe(200);
});

test("a grant and an error are recorded without secrets", async () => {
  const granted = await ask(clientForm, client.authorization);
  expect(await auditOf(app, granted)).toEqual([
    expect.objectContaining({
      action: "client.token_granted",
      result: "success",
      actor_kind: "anonymous",
      detail: { client_id: client.id },
    }),
  ]);
  const known = await ask(clientForm, basic(client.id, "canary-secret"));
  const unknown = await ask(clientForm, basic("canary-client", "canary-secret"));
  for (const [answer, id] of [
    [known, client.id],
    [unknown, null],
  ] as const) {
    expect(await auditOf(app, answer)).toEqual([
      expect.objectContaining({
        action: "client.authenticated",
        result: "failure",
        detail: { client_id: id },
      }),
    ]);
  }
  expect(app.log.join("\n")).not.toContain("canary");
});

// security 29 (a client's token where a user's is due)
test("a client's token is never accepted as a user's token", async () => {
  const token = await clientToken(app, client);
  const { operations } = await readOperations(app);
  const guarded = operations.filter(({ isPublic, path }) => !isPublic && path.startsWith("/api/"));
  expect(guarded.length).toBeGreaterThanOrEqual(6);
  for (const operation of guarded) {
    const path = operation.path.replace(/\{\w+\}/g, Bun.randomUUIDv7());
    const body = operation.mediaType === null ? {} : callWith(operation, exampleBody(operation));
    const answer = await app.call(operation.method, path, { ...body, bearer: token });
    expect([path, answer.status, answer.json.error.code]).toEqual([path, 401, "INVALID_TOKEN"]);
  }
  const validated = await app.post("/api/v1/auth/validate-token", { token });
  expect([validated.status, validated.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  const refreshed = await ask({ grant_type: "refresh_token", refresh_token: token });
  expect([refreshed.status, refreshed.json.error]).toEqual([400, "invalid_grant"]);
  const loggedOut = await app.call("POST", "/api/v1/auth/logout", { bearer: token });
  expect(loggedOut.status).toBe(200);
});

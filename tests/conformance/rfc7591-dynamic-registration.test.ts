import { describe, expect, test } from "bun:test";

import { signUpInBrowser } from "../support/browser-session.ts";
import { basic } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { formsOf } from "../support/page-forms.ts";
import {
  askToAuthorize,
  authorizeQuery,
  callback,
  codeOf,
  redeem,
} from "../support/relying-party.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const register = (app: TestApp, metadata: object, bearer?: string) =>
  app.post("/oauth/register", metadata, bearer === undefined ? {} : { bearer });

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({
    database,
    settings: { CLIENT_REGISTRATION: "open", CLIENT_REGISTRATION_SCOPES: "notes:read" },
  });

  // RFC 7591 §3.1, §3.2.1
  test("an application registers itself and signs a user in, who is asked for consent", async () => {
    const { status, json } = await register(app, {
      client_name: "Notes",
      redirect_uris: [callback],
      scope: "openid notes:read admin",
      grant_types: ["authorization_code", "client_credentials", "implicit"],
      software_id: "ignored",
      trusted: true,
    });
    expect([status, json]).toEqual([
      201,
      {
        client_id: expect.stringMatching(/^client_/),
        client_id_issued_at: expect.any(Number),
        client_secret: expect.any(String),
        client_secret_expires_at: 0,
        client_name: "Notes",
        redirect_uris: [callback],
        token_endpoint_auth_method: "client_secret_basic",
        grant_types: ["authorization_code"],
        response_types: ["code"],
        scope: "openid notes:read",
        id_token_signed_response_alg: "RS256",
        post_logout_redirect_uris: [],
        backchannel_logout_session_required: false,
      },
    ]);
    const user = await signUpInBrowser(app);
    const query = authorizeQuery(json.client_id, { scope: "openid notes:read admin" });
    const asked = await askToAuthorize(app, query, user.token);
    expect(formsOf(asked.text).map(({ button }) => button)).toEqual(["Allow", "Do not allow"]);
    const code = await codeOf(app, json.client_id, user.token, { scope: "openid notes:read" });
    const client = { authorization: basic(json.client_id, json.client_secret) };
    const tokens = await redeem(app, client, code);
    expect([tokens.status, tokens.json.scope]).toEqual([200, "openid notes:read"]);
    // It learns of a user what the user allowed, and no more.
    const introspection = await app.call("POST", "/oauth/introspect", {
      form: { token: tokens.json.access_token },
      headers: client,
    });
    expect([introspection.status, introspection.json.error]).toEqual([403, "unauthorized_client"]);
  });
});

describe("open registration", () => {
  const app = useTestApp({ settings: { CLIENT_REGISTRATION: "open" } });

  // RFC 7591 §3.2.2
  test.each([
    [{ redirect_uris: ["https://app.example/*"] }, "invalid_redirect_uri"],
    [{ redirect_uris: ["http://app.example/"] }, "invalid_redirect_uri"],
    [{ redirect_uris: ["https://good@evil.example/"] }, "invalid_redirect_uri"],
    [{ redirect_uris: ["com.example.app:/cb"] }, "invalid_redirect_uri"],
    [{ redirect_uris: [] }, "invalid_redirect_uri"],
    [{}, "invalid_redirect_uri"],
    [{ redirect_uris: [callback], response_types: ["token"] }, "invalid_client_metadata"],
    [{ redirect_uris: [callback], subject_type: "pairwise" }, "invalid_client_metadata"],
    [{ redirect_uris: [callback], grant_types: ["implicit"] }, "invalid_client_metadata"],
    [{ redirect_uris: [callback], grant_types: ["client_credentials"] }, "invalid_client_metadata"],
    [{ redirect_uris: [callback], client_name: "a\nb" }, "invalid_client_metadata"],
    [
      { redirect_uris: [callback], token_endpoint_auth_method: "client_secret_jwt" },
      "invalid_client_metadata",
    ],
    [
      {
        redirect_uris: [callback],
        token_endpoint_auth_method: "private_key_jwt",
        jwks: { keys: [{ kty: "OKP", crv: "Ed25519", x: "AA", d: "AA" }] },
      },
      "invalid_client_metadata",
    ],
    [
      {
        redirect_uris: [callback],
        token_endpoint_auth_method: "private_key_jwt",
        jwks_uri: "http://127.0.0.1/keys",
      },
      "invalid_client_metadata",
    ],
  ])("metadata of %p is refused", async (metadata, error) => {
    const { status, json } = await register(app, metadata);
    expect([status, json.error]).toEqual([400, error]);
  });

  // RFC 7591 §2, RFC 8252 §7
  test("an application that keeps no secret gets none, and may have a scheme of its own", async () => {
    const { status, json } = await register(app, {
      redirect_uris: ["com.example.app:/cb", "http://127.0.0.1/cb"],
      token_endpoint_auth_method: "none",
    });
    expect([status, json.client_secret, json.client_name]).toEqual([
      201,
      undefined,
      "com.example.app",
    ]);
  });

  test("the metadata names it", async () => {
    const { json } = await app.call("GET", "/.well-known/oauth-authorization-server");
    expect(json.registration_endpoint).toBe("http://localhost:8000/oauth/register");
  });
});

describe("registration with an initial access token", () => {
  const token = "registration-0Vq3mT8yXw5kLb2nRz7cHd4sJf9gPa1e";
  const app = useTestApp({
    settings: { CLIENT_REGISTRATION: "token", CLIENT_REGISTRATION_TOKEN: token },
  });

  // RFC 7591 §3
  test("needs that token", async () => {
    const metadata = { redirect_uris: [callback] };
    expect((await register(app, metadata, token)).status).toBe(201);
    for (const wrong of [undefined, "registration-0Vq3mT8yXw5kLb2nRz7cHd4sJf9gPa1f"]) {
      const answer = await register(app, metadata, wrong);
      expect([answer.status, answer.json.error]).toEqual([401, "invalid_token"]);
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    }
  });
});

describe("by default", () => {
  const app = useTestApp();

  test("no application can register itself, and the metadata names no endpoint", async () => {
    expect((await register(app, { redirect_uris: [callback] })).status).toBe(404);
    const { json } = await app.call("GET", "/.well-known/oauth-authorization-server");
    expect(json.registration_endpoint).toBeUndefined();
  });
});

describe("with limits", () => {
  const app = useTestApp({
    settings: { CLIENT_REGISTRATION: "open", RATE_LIMITS_ENABLED: "true" },
  });

  test("one address registers at most 20 clients an hour", async () => {
    const statuses: number[] = [];
    for (let count = 1; count <= 21; count += 1) {
      statuses.push((await register(app, { redirect_uris: [callback] })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 429]);
  });
});

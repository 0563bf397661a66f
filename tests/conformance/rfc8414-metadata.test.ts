import { expect, test } from "bun:test";

import { discover } from "../support/strict-client.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const paths = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

const publicUrl = "https://auth.example.com";
const confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
const assertionAlgorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];
const expected = {
  issuer: publicUrl,
  authorization_endpoint: `${publicUrl}/oauth/authorize`,
  token_endpoint: `${publicUrl}/oauth/token`,
  userinfo_endpoint: `${publicUrl}/oauth/userinfo`,
  introspection_endpoint: `${publicUrl}/oauth/introspect`,
  revocation_endpoint: `${publicUrl}/oauth/revoke`,
  device_authorization_endpoint: `${publicUrl}/oauth/device_authorization`,
  pushed_authorization_request_endpoint: `${publicUrl}/oauth/par`,
  end_session_endpoint: `${publicUrl}/oauth/end-session`,
  jwks_uri: `${publicUrl}/.well-known/jwks.json`,
  scopes_supported: ["openid", "profile", "email", "phone", "offline_access", "roles"],
  response_types_supported: ["code"],
  response_modes_supported: ["query", "form_post"],
  grant_types_supported: [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "password",
  ],
  code_challenge_methods_supported: ["S256"],
  token_endpoint_auth_methods_supported: [...confidential, "none"],
  token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  introspection_endpoint_auth_methods_supported: confidential,
  introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  revocation_endpoint_auth_methods_supported: ["none"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256", "ES256", "EdDSA"],
  acr_values_supported: ["urn:gatehouse:1fa", "urn:gatehouse:2fa"],
  prompt_values_supported: ["none", "login", "consent", "select_account"],
  claims_supported: expect.arrayContaining(["sub", "email", "auth_time", "sid", "roles"]),
  claims_parameter_supported: false,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
  require_pushed_authorization_requests: false,
  client_id_metadata_document_supported: false,
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  authorization_response_iss_parameter_supported: true,
  service_documentation: `${publicUrl}/docs`,
};

async function metadata(app: TestApp, path: string, headers: Record<string, string> = {}) {
  const answer = await app.call("GET", path, { headers });
  expect(answer.status).toBe(200);
  return answer.json;
}

// security 37
test("issuer and endpoints come from the settings, whatever host a request names", async () => {
  await using app = await startTestApp({ settings: { PUBLIC_URL: publicUrl } });
  const lies = [
    {},
    { host: "evil.example" },
    { "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" },
    { forwarded: "host=evil.example;proto=http" },
    { "x-original-url": "https://evil.example/" },
  ];
  for (const path of paths) {
    for (const headers of lies) expect(await metadata(app, path, headers)).toEqual(expected);
  }
});

// security 37
test("the issuer equals that of the tokens", async () => {
  const issuer = "https://Issuer.example.com/Auth/";
  await using app = await startTestApp({
    settings: { PUBLIC_URL: `${publicUrl}/`, JWT_ISSUER: issuer, DOCS_ENABLED: "false" },
  });
  const { service_documentation: _none, ...rest } = expected;
  expect(await metadata(app, paths[0] ?? "")).toEqual({ ...rest, issuer });
});

// security 37, 38 (the switch)
test("exactly the enabled grants are listed", async () => {
  for (const enabled of [true, false]) {
    await using app = await startTestApp({
      settings: { PASSWORD_GRANT_ENABLED: String(enabled) },
    });
    const listed: string[] = (await metadata(app, paths[0] ?? "")).grant_types_supported;
    const all = [
      "password",
      "refresh_token",
      "client_credentials",
      "authorization_code",
      "implicit",
      "urn:ietf:params:oauth:grant-type:device_code",
    ];
    for (const grant_type of all) {
      const { json } = await app.call("POST", "/oauth/token", { form: { grant_type } });
      const isSupported = json.error !== "unsupported_grant_type";
      expect([grant_type, isSupported]).toEqual([grant_type, listed.includes(grant_type)]);
    }
    expect(listed.includes("password")).toBe(enabled);
  }
});

// RFC 8414 §3.2, and what a strict client makes of it
test("a strict client discovers the server at both paths; the response is cacheable", async () => {
  await using app = await startTestApp();
  const { server } = await discover(app, "oauth2");
  expect((await discover(app, "oidc")).server).toEqual(server);
  for (const path of paths) {
    const answer = await app.call("GET", path);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.headers.get("cache-control")).toMatch(/^public, max-age=\d+$/);
    const wrong = await app.call("POST", path);
    expect([wrong.status, wrong.headers.get("allow"), wrong.json.error]).toEqual([
      405,
      "GET, HEAD",
      "invalid_request",
    ]);
    expect(wrong.headers.get("cache-control")).toBe("no-store");
  }
});

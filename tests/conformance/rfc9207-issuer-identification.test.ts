import { beforeAll, expect, test } from "bun:test";
import * as openid from "openid-client";

import type { BrowserUser } from "../support/browser-session.ts";
import type { TestClient } from "../support/clients.ts";
import { formsOf } from "../support/page-forms.ts";
import {
  askToAuthorize,
  authorizeQuery,
  responseOf,
  signUpAndAllow,
} from "../support/relying-party.ts";
import { caught } from "../support/strict-client.ts";
import { useTestApp } from "../support/test-app.ts";

const issuer = "https://auth.example.com/tenant";
const app = useTestApp({ settings: { JWT_ISSUER: issuer } });
let user: BrowserUser;
let client: TestClient;

beforeAll(async () => {
  ({ user, client } = await signUpAndAllow(app));
}, 30_000);

// RFC 9207 §2: in success responses and in errors
test("every response names the issuer of the metadata, also when the request has an iss of its own", async () => {
  const { json } = await app.call("GET", "/.well-known/openid-configuration");
  expect(json.issuer).toBe(issuer);
  expect(json.authorization_response_iss_parameter_supported).toBe(true);
  for (const parameters of [
    {},
    { prompt: "none" },
    { response_type: "token" },
    { iss: "https://evil.example" },
  ]) {
    for (const token of [user.token, null]) {
      const query = authorizeQuery(client.id, { prompt: "none", ...parameters });
      expect(responseOf(await askToAuthorize(app, query, token))["iss"]).toBe(issuer);
      const form = await askToAuthorize(app, `${query}&response_mode=form_post`, token);
      expect(formsOf(form.text)[0]?.fields["iss"]).toBe(issuer);
    }
  }
});

// RFC 9207 §2.4, RFC 9700 §4.4: the attacker's server answers in the place of this one.
test("a relying party refuses a response of another issuer, and one without an issuer (mix-up)", async () => {
  const { json } = await app.call("GET", "/.well-known/openid-configuration");
  const config = new openid.Configuration(json, client.id, client.secret);
  const query = authorizeQuery(client.id);
  const answer = await askToAuthorize(app, query, user.token);
  const checks = { expectedState: "the-state", pkceCodeVerifier: "x".repeat(43) };
  for (const iss of ["https://evil.example", null]) {
    const location = new URL(answer.headers.get("location") ?? "");
    if (iss === null) location.searchParams.delete("iss");
    else location.searchParams.set("iss", iss);
    const error = await caught(openid.authorizationCodeGrant(config, location, checks));
    expect(Bun.inspect(error)).toContain('"iss"');
  }
});

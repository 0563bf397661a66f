import { beforeAll, expect, test } from "bun:test";

import type { BrowserUser } from "../support/browser-session.ts";
import type { TestClient } from "../support/clients.ts";
import { decodeToken } from "../support/forge-token.ts";
import {
  askToAuthorize,
  authorizeQuery,
  codeOf,
  redeem,
  responseOf,
  signUpAndAllow,
} from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const resource = "https://api.example/notes?tenant=1";
let user: BrowserUser;
let client: TestClient;

beforeAll(async () => {
  ({ user, client } = await signUpAndAllow(app, "openid offline_access"));
}, 30_000);

const scope = "openid offline_access";
const audienceOf = (token: unknown) => decodeToken(String(token)).claims["aud"];
const refresh = (parameters: Record<string, string>) =>
  app.call("POST", "/oauth/token", {
    form: { grant_type: "refresh_token", ...parameters },
    headers: { authorization: client.authorization },
  });

// RFC 8707 §2, §2.2
test("the resource of the request is the audience of the access token, of a refreshed one too", async () => {
  const code = await codeOf(app, client.id, user.token, { scope, resource });
  const { json } = await redeem(app, client, code, { resource });
  expect(audienceOf(json.access_token)).toBe(resource);
  expect(audienceOf(json.id_token)).toBe(client.id);
  const renewed = await refresh({ refresh_token: json.refresh_token, resource });
  expect(audienceOf(renewed.json.access_token)).toBe(resource);
  const again = await refresh({ refresh_token: renewed.json.refresh_token });
  expect(audienceOf(again.json.access_token)).toBe(resource);
});

test("without a resource the client is the audience", async () => {
  const { json } = await redeem(app, client, await codeOf(app, client.id, user.token));
  expect(audienceOf(json.access_token)).toBe(client.id);
});

// RFC 8707 §2.2: a token for a resource that the user was not asked for
test("another resource than the granted one gets no token; the code stays usable", async () => {
  for (const granted of [resource, undefined]) {
    const parameters = { scope, resource: granted };
    const code = await codeOf(app, client.id, user.token, parameters);
    const other = await redeem(app, client, code, { resource: "https://other.example/" });
    expect([other.status, other.json.error]).toEqual([400, "invalid_target"]);
    const { status, json } = await redeem(app, client, code);
    expect(status).toBe(200);
    const refused = await refresh({
      refresh_token: json.refresh_token,
      resource: "https://other.example/",
    });
    expect([refused.status, refused.json.error]).toEqual([400, "invalid_target"]);
  }
});

// RFC 6749 §6, RFC 8707 §2.2
test.each([
  ["invalid_target", { resource: "https://other.example/" }],
  ["invalid_scope", { scope: "openid roles" }],
])("a refresh that is refused with %s does not use the token", async (error, wrong) => {
  const code = await codeOf(app, client.id, user.token, { scope, resource });
  const { json } = await redeem(app, client, code);
  const token = String(json.refresh_token);
  const sid = String(decodeToken(String(json.id_token)).claims["sid"]);
  const refused = await refresh({ refresh_token: token, ...wrong });
  expect([refused.status, refused.json.error]).toEqual([400, error]);
  // The grace for a replaced token would be over.
  await app.rows(
    `update sessions set refresh_token_issued_at = refresh_token_issued_at - interval '1 hour' where id = '${sid}'`,
  );
  const renewed = await refresh({ refresh_token: token, scope: "openid", resource });
  expect([renewed.status, renewed.json.scope]).toEqual([200, "openid"]);
  const next = await refresh({ refresh_token: renewed.json.refresh_token });
  expect(next.json.scope).toBe(scope);
});

// RFC 8707 §2
test.each([
  ["a relative one", "/notes"],
  ["one without a scheme", "api.example"],
  ["one with a fragment", "https://api.example/#part"],
  ["one with an empty fragment", "https://api.example/#"],
  ["one with a space", "https://api.example/a b"],
  ["one that is too long", `https://api.example/${"x".repeat(600)}`],
  ["this server, which trusts only some clients", "http://localhost:8000"],
])("%s is refused at the client", async (_name, wrong) => {
  const query = authorizeQuery(client.id, { resource: wrong });
  const answer = await askToAuthorize(app, query, user.token);
  expect(responseOf(answer)).toMatchObject({ error: "invalid_target", state: "the-state" });
});

test("several resources are refused at the client", async () => {
  const query = `${authorizeQuery(client.id, { resource })}&resource=https%3A%2F%2Fb.example`;
  const answer = await askToAuthorize(app, query, user.token);
  expect(responseOf(answer)["error"]).toBe("invalid_target");
});

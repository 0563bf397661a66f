import { beforeAll, expect, test } from "bun:test";

import { browserHeaders, type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient } from "../support/clients.ts";
import { formsOf, shownTo } from "../support/page-forms.ts";
import {
  askToAuthorize,
  authorizeAs,
  authorizeQuery,
  callback,
  codeOf,
  redeem,
  responseOf,
} from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: BrowserUser;
let bearer: string;

beforeAll(async () => {
  user = await signUpInBrowser(app);
  const { email, password } = user;
  bearer = (await app.post("/api/v1/auth/login", { email, password })).json.data.access_token;
}, 30_000);

const path = "/api/v1/users/me/grants";
const newClient = (settings: object = {}) =>
  registerClient(app, { name: "Notes", redirectUris: [callback], ...settings });
const isAsked = async (query: string, token = user.token) => {
  const answer = await askToAuthorize(app, query, token);
  return answer.status === 200 && formsOf(answer.text).length === 2;
};

// OpenID Connect Core §3.1.2.4
test("a user is asked once for each client and scope, and again with prompt=consent", async () => {
  const client = await newClient();
  const query = authorizeQuery(client.id, { scope: "openid email" });
  expect(await isAsked(query)).toBe(true);
  expect(await isAsked(query)).toBe(true);
  expect(responseOf(await authorizeAs(app, query, user.token))["code"]).toBeDefined();
  expect(await isAsked(query)).toBe(false);
  expect(await isAsked(authorizeQuery(client.id, { scope: "openid" }))).toBe(false);
  expect(await isAsked(`${query}&prompt=consent`)).toBe(true);
  const wider = authorizeQuery(client.id, { scope: "openid phone" });
  expect(await isAsked(wider)).toBe(true);
  await authorizeAs(app, wider, user.token);
  expect(await isAsked(authorizeQuery(client.id, { scope: "openid email phone" }))).toBe(false);
  const other = await signUpInBrowser(app);
  expect(await isAsked(query, other.token)).toBe(true);
  expect(await isAsked(authorizeQuery((await newClient()).id))).toBe(true);
});

// Attack: a client that the user allowed to know them gets tokens for another service, of which the user was never told.
// security 166
test("a user is asked again for each resource, which the page names, and sees it among what they allowed", async () => {
  const client = await newClient();
  const of = (resource?: string) => authorizeQuery(client.id, { resource });
  const [notes, payments] = ["https://notes.example/api", "https://payments.example/api"];
  await codeOf(app, client.id, user.token);
  const silent = await askToAuthorize(app, `${of(notes)}&prompt=none`, user.token);
  expect(responseOf(silent)["error"]).toBe("consent_required");
  expect((await askToAuthorize(app, of(notes), user.token)).text).toContain(
    `to act for you at ${notes}`,
  );
  await codeOf(app, client.id, user.token, { resource: notes });
  expect([await isAsked(of(notes)), await isAsked(of()), await isAsked(of(payments))]).toEqual([
    false,
    false,
    true,
  ]);
  await codeOf(app, client.id, user.token, { resource: payments });
  expect(await isAsked(of(notes))).toBe(false);
  const { items } = (await app.call("GET", path, { bearer })).json.data;
  const grant = items.find((one: { client_id: string }) => one.client_id === client.id);
  expect(grant.resources).toEqual(
    [notes, payments].map((resource) => ({ resource, scopes: ["openid"] })),
  );
  const account = await app.call("GET", "/account", { headers: browserHeaders(user.token) });
  expect(account.text).toContain(payments);
});

// Attack: scopes that were allowed for one service are used at another, which was allowed with fewer.
test("the scopes that were allowed for one resource are not allowed for another", async () => {
  const client = await newClient();
  const [notes, payments] = ["https://notes.example/api", "https://payments.example/api"];
  const of = (resource: string, scope: string) => authorizeQuery(client.id, { resource, scope });
  await codeOf(app, client.id, user.token, { resource: notes, scope: "openid email phone" });
  await codeOf(app, client.id, user.token, { resource: payments, scope: "openid" });
  expect(await isAsked(of(payments, "openid email"))).toBe(true);
  expect(await isAsked(of(notes, "openid email"))).toBe(false);
  await codeOf(app, client.id, user.token, { resource: payments, scope: "openid email" });
  expect(await isAsked(of(payments, "email openid"))).toBe(false);
  expect(await isAsked(of(payments, "openid phone"))).toBe(true);
});

test("of many resources the newest are remembered", async () => {
  const client = await newClient();
  const of = (index: number) => `https://a${String(index).padStart(2, "0")}.example/api`;
  for (let index = 0; index < 52; index += 1) {
    await codeOf(app, client.id, user.token, { resource: of(index) });
  }
  const { items } = (await app.call("GET", path, { bearer })).json.data;
  const grant = items.find((one: { client_id: string }) => one.client_id === client.id);
  const remembered = grant.resources.map(({ resource }: { resource: string }) => resource);
  expect(remembered).toEqual(Array.from({ length: 50 }, (_, index) => of(index + 2)));
  expect(await isAsked(authorizeQuery(client.id, { resource: of(2) }))).toBe(false);
  expect(await isAsked(authorizeQuery(client.id, { resource: of(1) }))).toBe(true);
});

test("a refusal is told to the client, and remembered for no time", async () => {
  const client = await newClient();
  const query = authorizeQuery(client.id);
  const page = await askToAuthorize(app, query, user.token);
  const [, deny] = formsOf(page.text);
  const denied = await app.call("POST", "/oauth/authorize/decision", {
    form: { ...deny?.fields },
    headers: browserHeaders(user.token),
  });
  expect(responseOf(denied)).toEqual({
    error: "access_denied",
    error_description: expect.any(String),
    state: "the-state",
    iss: "http://localhost:8000",
  });
  expect(await isAsked(query)).toBe(true);
});

test("a trusted client asks no user, unless any application could answer at its address (RFC 8252 §8.6)", async () => {
  const trusted = await newClient({ trusted: true });
  expect(await isAsked(authorizeQuery(trusted.id))).toBe(false);
  const native = await newClient({
    trusted: true,
    tokenEndpointAuthMethod: "none",
    redirectUris: ["http://127.0.0.1/callback"],
  });
  const query = authorizeQuery(native.id, { redirect_uri: "http://127.0.0.1:5000/callback" });
  expect(await isAsked(query)).toBe(true);
});

test("what was allowed is listed, and withdrawing it ends the client's tokens and unredeemed codes", async () => {
  const client = await newClient();
  const scope = "openid offline_access";
  const code = await codeOf(app, client.id, user.token, { scope });
  const tokens = (await redeem(app, client, code)).json;
  const unredeemed = await codeOf(app, client.id, user.token, { scope });
  const { items } = (await app.call("GET", path, { bearer })).json.data;
  const grant = items.find((item: { client_id: string }) => item.client_id === client.id);
  expect(grant).toEqual({
    id: expect.any(String),
    client_id: client.id,
    client_name: "Notes",
    scopes: ["offline_access", "openid"],
    resources: [],
    granted_at: expect.stringMatching(/Z$/),
  });
  const stranger = await signUpInBrowser(app);
  const { email, password } = stranger;
  const signedIn = await app.post("/api/v1/auth/login", { email, password });
  const foreign: string = signedIn.json.data.access_token;
  expect((await app.call("DELETE", `${path}/${grant.id}`, { bearer: foreign })).status).toBe(404);
  expect((await app.call("GET", path, { bearer: foreign })).json.data.items).toEqual([]);

  expect((await app.call("DELETE", `${path}/${grant.id}`, { bearer })).status).toBe(204);
  expect((await app.call("DELETE", `${path}/${grant.id}`, { bearer })).status).toBe(404);
  const claims = await app.call("GET", "/oauth/userinfo", { bearer: tokens.access_token });
  expect(claims.status).toBe(401);
  const refreshed = await app.call("POST", "/oauth/token", {
    form: { grant_type: "refresh_token", refresh_token: tokens.refresh_token },
    headers: { authorization: client.authorization },
  });
  expect([refreshed.status, refreshed.json.error]).toEqual([400, "invalid_grant"]);
  expect((await redeem(app, client, unredeemed)).json.error).toBe("invalid_grant");
  expect(await isAsked(authorizeQuery(client.id))).toBe(true);
});

test("the account page names the application and what it may use, and withdraws that", async () => {
  const client = await registerClient(app, { name: "Calendar & Co", redirectUris: [callback] });
  const query = authorizeQuery(client.id, { scope: "openid email" });
  await authorizeAs(app, query, user.token);
  const headers = browserHeaders(user.token);
  const page = await app.call("GET", "/account", { headers });
  expect(page.text).toContain("<strong>Calendar &amp; Co</strong>");
  expect(page.text).toMatch(/>(?:email openid|openid email)</);
  const grants = await app.rows(`select id from user_grants where client_id = '${client.id}'`);
  const form = { ...shownTo(user.userId), id: String(grants[0]?.["id"]) };
  const answer = await app.call("POST", "/account/applications/withdraw", { form, headers });
  expect([answer.status, answer.headers.get("location")]).toEqual([
    303,
    "../../account?done=application",
  ]);
  expect(await isAsked(query)).toBe(true);
  const after = await app.call("GET", "/account?done=application", { headers });
  expect(after.text).toContain("The application has no access any more.");
  expect(after.text).not.toContain("Calendar");
});

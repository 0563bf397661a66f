import { beforeAll, describe, expect, test } from "bun:test";

import { browserHeaders, signUpInBrowser, statusInBrowser } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { formsOf, headingOf, pathFrom, press } from "../support/page-forms.ts";
import { callback, codeOf, redeem } from "../support/relying-party.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const afterwards = "https://app.example/bye?from=gatehouse";

/** A user who is signed in in a browser and at a client. */
async function signedIn(app: TestApp, client: TestClient) {
  const user = await signUpInBrowser(app);
  const tokens = await redeem(app, client, await codeOf(app, client.id, user.token));
  return { ...user, idToken: String(tokens.json.id_token), access: tokens.json.access_token };
}

const endSession = (app: TestApp, parameters: Record<string, string>, token: string | null) =>
  app.call("GET", `/oauth/end-session?${new URLSearchParams(parameters)}`, {
    headers: token === null ? {} : browserHeaders(token),
  });

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // OpenID Connect RP-Initiated Logout 1.0 §2, §3
  test("an ID token of the session signs the user out at once and sends them back with state", async () => {
    const client = await registerClient(app, {
      name: "Notes",
      redirectUris: [callback],
      postLogoutRedirectUris: [afterwards],
    });
    const user = await signedIn(app, client);
    const parameters = {
      id_token_hint: user.idToken,
      client_id: client.id,
      post_logout_redirect_uri: afterwards,
      state: "a b&c",
    };
    const answer = await endSession(app, parameters, user.token);
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      `${afterwards}&state=a+b%26c`,
    ]);
    expect(await statusInBrowser(app, user.token)).toBe(401);
    expect((await app.call("GET", "/oauth/userinfo", { bearer: user.access })).status).toBe(401);
  });
});

describe("the end session endpoint", () => {
  const app = useTestApp();
  let client: TestClient;

  beforeAll(async () => {
    client = await registerClient(app, {
      name: "Notes",
      redirectUris: [callback],
      postLogoutRedirectUris: [afterwards],
    });
  }, 30_000);

  // OpenID Connect RP-Initiated Logout 1.0 §2, §6: another website could send the user there
  test.each([
    ["no parameter", () => ({})],
    ["a state alone", () => ({ state: "x" })],
    ["a client id", (id: string) => ({ client_id: id, post_logout_redirect_uri: afterwards })],
  ])("with %s the user is asked first", async (_name, parametersOf) => {
    const user = await signedIn(app, client);
    const parameters: Record<string, string> = parametersOf(client.id);
    const page = await endSession(app, parameters, user.token);
    expect([page.status, headingOf(page)]).toEqual([200, "Sign out?"]);
    expect(await statusInBrowser(app, user.token)).toBe(200);
    const shown = { ...page, path: pathFrom("/oauth/end-session") };
    const left = await press(app, shown, "Sign out", { headers: browserHeaders(user.token) });
    expect(await statusInBrowser(app, user.token)).toBe(401);
    const isSentOn = parameters["post_logout_redirect_uri"] !== undefined;
    expect(left.status).toBe(isSentOn ? 303 : 200);
    expect(left.headers.get("location")).toBe(isSentOn ? afterwards : null);
  });

  // OpenID Connect RP-Initiated Logout 1.0 §2: the hint is of another user, or of another session of the user
  test("an ID token of another session asks the user", async () => {
    const user = await signedIn(app, client);
    const other = await signedIn(app, client);
    const parameters = { id_token_hint: other.idToken, post_logout_redirect_uri: afterwards };
    const page = await endSession(app, parameters, user.token);
    expect(headingOf(page)).toBe("Sign out?");
    expect(await statusInBrowser(app, user.token)).toBe(200);
    expect(await statusInBrowser(app, other.token)).toBe(200);
  });

  // OpenID Connect RP-Initiated Logout 1.0 §3, §4
  test.each([
    ["an address that is not registered", { post_logout_redirect_uri: "https://evil.example/" }],
    ["a longer address", { post_logout_redirect_uri: `${afterwards}&x=1` }],
    ["an altered hint", { id_token_hint: "eyJhbGciOiJub25lIn0.e30.e30" }],
    ["another client", { client_id: "client_unknown" }],
  ])("%s gets a page, and ends nothing", async (_name, wrong) => {
    const user = await signedIn(app, client);
    const parameters = { id_token_hint: user.idToken, ...wrong };
    const page = await endSession(app, parameters, user.token);
    expect([page.status, headingOf(page)]).toEqual([400, "This sign-out does not work"]);
    expect(page.headers.get("location")).toBeNull();
    expect(await statusInBrowser(app, user.token)).toBe(200);
  });

  test("an address without a client, an access token as the hint, and a repeated parameter get a page", async () => {
    const user = await signedIn(app, client);
    const alone = await endSession(app, { post_logout_redirect_uri: afterwards }, user.token);
    expect(alone.status).toBe(400);
    const access = await endSession(app, { id_token_hint: user.access }, user.token);
    expect(access.status).toBe(400);
    const headers = browserHeaders(user.token);
    const twice = await app.call("GET", "/oauth/end-session?state=a&state=b", { headers });
    expect(twice.status).toBe(400);
    expect(await statusInBrowser(app, user.token)).toBe(200);
  });

  // OpenID Connect RP-Initiated Logout 1.0 §2: both methods
  test("a request by POST is led to the same request by GET", async () => {
    const form = { client_id: client.id, state: "a b&c" };
    const answer = await app.call("POST", "/oauth/end-session", { form });
    const location = new URL(answer.headers.get("location") ?? "");
    expect([answer.status, location.pathname]).toEqual([303, "/oauth/end-session"]);
    expect(Object.fromEntries(location.searchParams)).toEqual(form);
  });

  test("another website cannot post the confirmation", async () => {
    const user = await signedIn(app, client);
    const page = await endSession(app, {}, user.token);
    const [form] = formsOf(page.text);
    const answer = await app.call("POST", "/oauth/end-session/confirm", {
      form: { ...form?.fields },
      headers: { ...browserHeaders(user.token), origin: "https://evil.example" },
    });
    expect(answer.status).toBe(403);
    expect(await statusInBrowser(app, user.token)).toBe(200);
  });

  test("a user who is not signed in is sent back as well", async () => {
    const user = await signedIn(app, client);
    const parameters = { id_token_hint: user.idToken, post_logout_redirect_uri: afterwards };
    const answer = await endSession(app, parameters, null);
    expect(answer.headers.get("location")).toBe(afterwards);
    expect(headingOf(await endSession(app, {}, null))).toBe("You are signed out");
  });

  // OpenID Connect RP-Initiated Logout 1.0 §2.1
  test("the metadata names it", async () => {
    const { json } = await app.call("GET", "/.well-known/openid-configuration");
    expect(json.end_session_endpoint).toBe("http://localhost:8000/oauth/end-session");
  });
});

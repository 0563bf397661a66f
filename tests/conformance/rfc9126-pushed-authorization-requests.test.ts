import { beforeAll, describe, expect, setSystemTime, test } from "bun:test";

import { browserHeaders, type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import type { Answer } from "../support/http-call.ts";
import { headingOf, pathFrom, press } from "../support/page-forms.ts";
import {
  askToAuthorize,
  authorizeAs,
  authorizeQuery,
  callback,
  redeem,
  responseOf,
} from "../support/relying-party.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

/** Pushes a request. Members with undefined are left out. */
function push(
  app: TestApp,
  client: TestClient,
  parameters: Readonly<Record<string, string | undefined>> = {},
  headers: Record<string, string> = { authorization: client.authorization },
): Promise<Answer> {
  const form = Object.fromEntries(new URLSearchParams(authorizeQuery(client.id, parameters)));
  return app.call("POST", "/oauth/par", { form, headers });
}

const queryOf = (client: TestClient, { json }: Answer) =>
  new URLSearchParams({ client_id: client.id, request_uri: json.request_uri }).toString();

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // RFC 9126 §2, §4
  test("a pushed request signs the user in once, with the pushed parameters alone", async () => {
    const client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
    const user = await signUpInBrowser(app);
    const pushed = await push(app, client, { nonce: "n-1" });
    expect([pushed.status, pushed.json]).toEqual([
      201,
      { request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/), expires_in: 90 },
    ]);
    const query = `${queryOf(client, pushed)}&state=other&scope=email`;
    const response = responseOf(await authorizeAs(app, query, user.token));
    expect(response["state"]).toBe("the-state");
    const tokens = await redeem(app, client, response["code"] ?? "");
    expect([tokens.status, tokens.json.scope]).toEqual([200, "openid"]);
    const again = await askToAuthorize(app, query, user.token);
    expect([again.status, again.headers.get("location")]).toEqual([400, null]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // Mistake: the button is pressed twice, and the browser shows the second response. RFC 9126 §4 permits the duplicate.
  test.each(["Allow", "Do not allow"])(
    "a second press on %s gets a response within 10 seconds, in that session alone",
    async (button) => {
      const client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
      const user = await signUpInBrowser(app);
      const query = queryOf(client, await push(app, client));
      const asked = { ...(await askToAuthorize(app, query, user.token)), path: "/oauth/authorize" };
      const headers = browserHeaders(user.token);
      const at = new Date();
      setSystemTime(at);
      try {
        const presses = await Promise.all([1, 2].map(() => press(app, asked, button, { headers })));
        setSystemTime(new Date(at.getTime() + 9000));
        presses.push(await press(app, asked, button, { headers }));
        const codes = presses.map((each) => responseOf(each)["code"]);
        expect(new Set(codes).size).toBe(button === "Allow" ? 3 : 1);
        const [, , last] = codes;
        if (last) expect((await redeem(app, client, last)).status).toBe(200);
        else expect(responseOf(presses[2] ?? asked)["error"]).toBe("access_denied");
        const other = browserHeaders((await signUpInBrowser(app)).token);
        const ofOther = await press(app, asked, button, { headers: other });
        const opened = await app.call("GET", pathFrom(headingOf(ofOther)), { headers: other });
        expect(opened.status).toBe(400);
        expect((await askToAuthorize(app, query, user.token)).status).toBe(400);
        setSystemTime(new Date(at.getTime() + 10_001));
        expect((await press(app, asked, button, { headers })).status).toBe(400);
      } finally {
        setSystemTime();
      }
    },
  );
});

describe("the pushed authorization request endpoint", () => {
  const app = useTestApp();
  let client: TestClient;
  let user: BrowserUser;

  beforeAll(async () => {
    client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
    user = await signUpInBrowser(app);
    await authorizeAs(app, authorizeQuery(client.id), user.token);
  }, 30_000);

  // RFC 9126 §2.3: the errors of the authorization endpoint and of the token endpoint
  test.each([
    [{ redirect_uri: "https://evil.example/" }, "invalid_request"],
    [{ redirect_uri: undefined }, "invalid_request"],
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ scope: "admin" }, "invalid_scope"],
    [{ request: "eyJhbGciOiJub25lIn0.e30." }, "request_not_supported"],
    [{ request_uri: "urn:ietf:params:oauth:request_uri:x" }, "invalid_request"],
    [{ code_challenge_method: "plain" }, "invalid_request"],
  ])("a request with %p is refused", async (parameters, error) => {
    const { status, json } = await push(app, client, parameters);
    expect([status, json.error]).toEqual([400, error]);
  });

  test("a client must authenticate as it is registered, and a public one needs PKCE", async () => {
    const { status, json } = await push(app, client, {}, {});
    expect([status, json.error]).toEqual([401, "invalid_client"]);
    const native = await registerClient(app, {
      name: "App",
      redirectUris: [callback],
      tokenEndpointAuthMethod: "none",
    });
    expect((await push(app, native, {}, {})).status).toBe(201);
    const bare = { code_challenge: undefined, code_challenge_method: undefined };
    expect((await push(app, native, bare, {})).json.error).toBe("invalid_request");
  });

  // RFC 9126 §4: the reference is bound to its client and to its time
  test("a reference of another client, an unknown one and an expired one get a page", async () => {
    const other = await registerClient(app, { name: "Other", redirectUris: [callback] });
    const pushed = await push(app, client);
    const expired = await push(app, client);
    const unknown = queryOf(client, pushed).replace(/.$/, "_");
    for (const query of [queryOf(other, pushed), unknown]) {
      const answer = await askToAuthorize(app, query, user.token);
      expect([answer.status, headingOf(answer)]).toEqual([400, "This sign-in does not work"]);
    }
    setSystemTime(new Date(Date.now() + 91_000));
    try {
      expect((await askToAuthorize(app, queryOf(client, expired), user.token)).status).toBe(400);
    } finally {
      setSystemTime();
    }
  });

  test("the user may take longer to sign in, once the browser has opened the request", async () => {
    const pushed = await push(app, client);
    const answer = await askToAuthorize(app, queryOf(client, pushed), null);
    const target =
      new URL(answer.headers.get("location") ?? "").searchParams.get("return_to") ?? "";
    setSystemTime(new Date(Date.now() + 600_000));
    try {
      const query = new URL(target).search.slice(1);
      expect(responseOf(await askToAuthorize(app, query, user.token))["code"]).toBeDefined();
    } finally {
      setSystemTime();
    }
  });

  test("of several responses to one reference at the same time, one has a code", async () => {
    const query = queryOf(client, await push(app, client));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => askToAuthorize(app, query, user.token)),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  // RFC 9126 §5
  test("the metadata names it", async () => {
    const { json } = await app.call("GET", "/.well-known/oauth-authorization-server");
    expect(json.pushed_authorization_request_endpoint).toBe("http://localhost:8000/oauth/par");
    expect(json.require_pushed_authorization_requests).toBe(false);
  });
});

import { beforeAll, describe, expect, setSystemTime, test } from "bun:test";

import {
  browserHeaders,
  type BrowserUser,
  signUpInBrowser,
  statusInBrowser,
} from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { decodeToken } from "../support/forge-token.ts";
import type { Answer } from "../support/http-call.ts";
import { formsOf, headingOf, openPage, press, shownTo } from "../support/page-forms.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const grantType = "urn:ietf:params:oauth:grant-type:device_code";

/** A device: a public client that has no browser. */
const registerDevice = (app: TestApp) =>
  registerClient(app, {
    name: "Television",
    grantTypes: [grantType, "refresh_token"],
    tokenEndpointAuthMethod: "none",
  });

async function start(app: TestApp, { id }: TestClient, scope = "openid offline_access") {
  const answer = await app.call("POST", "/oauth/device_authorization", {
    form: { client_id: id, scope },
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.json;
}

const poll = (app: TestApp, { id }: TestClient, code: string) =>
  app.call("POST", "/oauth/token", {
    form: { grant_type: grantType, client_id: id, device_code: code },
  });

/** Enters the code on the page as it is typed, and presses a button. */
async function decide(
  app: TestApp,
  { token }: BrowserUser,
  code: string,
  button: "Allow" | "Do not allow" = "Allow",
): Promise<Answer> {
  const asked = await enter(app, token, code);
  return asked.status === 200
    ? press(app, asked, button, { headers: browserHeaders(token) })
    : asked;
}

/** The page that asks the user who has entered a code. */
async function enter(app: TestApp, token: string, code: string) {
  const headers = browserHeaders(token);
  const page = await openPage(app, "/device", headers);
  return press(app, page, "Continue", { entered: { user_code: code }, headers });
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // RFC 8628 §3
  test("a device gets tokens once its user has entered the code and allowed it", async () => {
    const device = await registerDevice(app);
    const user = await signUpInBrowser(app);
    const started = await start(app, device);
    expect(started).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: "http://localhost:8000/device",
      verification_uri_complete: `http://localhost:8000/device?user_code=${started.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    const pending = await poll(app, device, started.device_code);
    expect([pending.status, pending.json.error]).toEqual([400, "authorization_pending"]);
    const typed = started.user_code.toLowerCase().replace("-", " ");
    expect(headingOf(await decide(app, user, typed))).toBe("The device is connected");
    const tokens = await poll(app, device, started.device_code);
    expect(tokens.json.scope).toBe("openid offline_access");
    expect(tokens.json.refresh_token).toMatch(/^ey/);
    const { claims } = decodeToken(tokens.json.id_token);
    expect(claims).toMatchObject({ sub: user.userId, aud: device.id });
    const again = await poll(app, device, started.device_code);
    expect([again.status, again.json.error]).toEqual([400, "invalid_grant"]);
    const bearer = tokens.json.access_token;
    expect((await app.call("GET", "/oauth/userinfo", { bearer })).status).toBe(200);
    expect((await app.call("GET", "/api/v1/users/me", { bearer })).status).toBe(401);
    // The session ends with the one in which the user allowed it.
    const page = await openPage(app, "/sign-out", browserHeaders(user.token));
    await press(app, page, "Sign out", { headers: browserHeaders(user.token) });
    expect(await statusInBrowser(app, user.token)).toBe(401);
    expect((await app.call("GET", "/oauth/userinfo", { bearer })).status).toBe(401);
  });
});

describe("the device grant", () => {
  const app = useTestApp();
  let device: TestClient;
  let user: BrowserUser;

  beforeAll(async () => {
    device = await registerDevice(app);
    user = await signUpInBrowser(app);
  }, 30_000);

  const errorOf = async (code: string, client = device) =>
    (await poll(app, client, code)).json.error;

  // Mistake: the button is pressed twice, and the browser shows the second response.
  test.each([
    ["Allow", "The device is connected", "Do not allow"],
    ["Do not allow", "The device is not connected", "Allow"],
  ])(
    "a second press on %s has the same response, and changes nothing",
    async (button, done, no) => {
      const started = await start(app, device);
      const headers = browserHeaders(user.token);
      const entered = { user_code: started.user_code };
      const page = await openPage(app, "/device", headers);
      const asked = await press(app, page, "Continue", { entered, headers });
      const presses = await Promise.all([1, 2].map(() => press(app, asked, button, { headers })));
      presses.push(await press(app, asked, button, { headers }));
      expect(presses.map(headingOf)).toEqual([done, done, done]);
      const decisions = `select id from audit_log where action = 'client.device_decided' and user_id = '${user.userId}'`;
      const count = (await app.rows(decisions)).length;
      expect((await press(app, asked, no, { headers })).status).toBe(400);
      // Another user has no part in the decision.
      const other = await signUpInBrowser(app);
      const othersEntered = { shown_to: other.userId };
      const othersPress = { entered: othersEntered, headers: browserHeaders(other.token) };
      expect((await press(app, asked, button, othersPress)).status).toBe(400);
      expect((await app.rows(decisions)).length).toBe(count);
      expect((await poll(app, device, started.device_code)).status).toBe(
        button === "Allow" ? 200 : 400,
      );
    },
  );

  // RFC 8628 §3.5
  test("a device that asks too soon is told to slow down, by 5 seconds each time", async () => {
    const { device_code: code } = await start(app, device);
    const startedAt = Date.now();
    const at = async (seconds: number) => {
      setSystemTime(new Date(startedAt + seconds * 1000));
      return errorOf(code);
    };
    try {
      expect(await at(1)).toBe("authorization_pending");
      expect(await at(5)).toBe("slow_down");
      expect(await at(14)).toBe("slow_down");
      expect(await at(29.5)).toBe("authorization_pending");
    } finally {
      setSystemTime();
    }
  });

  test("a refusal, another client, an unknown code and an expired one have their errors", async () => {
    const denied = await start(app, device);
    const page = await decide(app, user, denied.user_code, "Do not allow");
    expect(headingOf(page)).toBe("The device is not connected");
    expect(await errorOf(denied.device_code)).toBe("access_denied");
    const { device_code: code, user_code: userCode } = await start(app, device);
    expect(await errorOf(code, await registerDevice(app))).toBe("invalid_grant");
    expect(await errorOf(`${code}x`)).toBe("invalid_grant");
    setSystemTime(new Date(Date.now() + 601_000));
    try {
      expect(await errorOf(code)).toBe("expired_token");
      expect((await decide(app, user, userCode)).status).toBe(400);
    } finally {
      setSystemTime();
    }
  });

  test("a client without the grant gets no device code", async () => {
    const { authorization } = await registerClient(app, { name: "Service" });
    const answer = await app.call("POST", "/oauth/device_authorization", {
      headers: { authorization },
      form: {},
    });
    expect([answer.status, answer.json.error]).toEqual([400, "unauthorized_client"]);
    const unknown = { form: { client_id: "client_unknown" } };
    expect((await app.call("POST", "/oauth/device_authorization", unknown)).status).toBe(401);
  });

  // RFC 8707 §2
  test("the tokens are for the resource of the request, which cannot be this server", async () => {
    const ask = (resource: string) =>
      app.call("POST", "/oauth/device_authorization", {
        form: { client_id: device.id, scope: "openid", resource },
      });
    const { json } = await ask("https://notes.example/mcp");
    const page = await enter(app, user.token, json.user_code);
    expect(page.text).toContain("to act for you at https://notes.example/mcp");
    await decide(app, user, json.user_code);
    const tokens = await poll(app, device, json.device_code);
    expect(decodeToken(tokens.json.access_token).claims["aud"]).toBe("https://notes.example/mcp");
    for (const resource of ["http://localhost:8000", "gatehouse", "https://a.example/#b"]) {
      const refused = await ask(resource);
      expect([refused.status, refused.json.error]).toEqual([400, "invalid_target"]);
    }
  });

  // RFC 8628 §3.3.1, §5.4: the link fills the code in, and the user still has to press
  test("the link with the code decides nothing, and a visitor signs in first", async () => {
    const started = await start(app, device);
    const path = `/device?user_code=${started.user_code}`;
    const page = await openPage(app, path, browserHeaders(user.token));
    expect(formsOf(page.text).map(({ fields }) => fields)).toEqual([
      { ...shownTo(user.userId), user_code: started.user_code },
    ]);
    const visitor = await openPage(app, path);
    const location = new URL(visitor.headers.get("location") ?? "");
    expect([visitor.status, location.pathname]).toEqual([303, "/sign-in"]);
    expect(location.searchParams.get("return_to")).toBe(`http://localhost:8000${path}`);
    expect(await errorOf(started.device_code)).toBe("authorization_pending");
  });

  test("another website cannot post the decision", async () => {
    const started = await start(app, device);
    const answer = await app.call("POST", "/device/decision", {
      form: { user_code: started.user_code, decision: "allow" },
      headers: { ...browserHeaders(user.token), origin: "https://evil.example" },
    });
    expect(answer.status).toBe(403);
    expect(await errorOf(started.device_code)).toBe("authorization_pending");
  });

  test("of several requests with an allowed code at the same time, one gets tokens", async () => {
    const started = await start(app, device);
    await decide(app, user, started.user_code);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => poll(app, device, started.device_code)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("a code that was allowed is of no use once the user has signed out", async () => {
    const other = await signUpInBrowser(app);
    const started = await start(app, device);
    await decide(app, other, started.user_code);
    const page = await openPage(app, "/sign-out", browserHeaders(other.token));
    await press(app, page, "Sign out", { headers: browserHeaders(other.token) });
    expect(await errorOf(started.device_code)).toBe("invalid_grant");
  });

  test("the metadata names it", async () => {
    const { json } = await app.call("GET", "/.well-known/oauth-authorization-server");
    expect(json.device_authorization_endpoint).toBe(
      "http://localhost:8000/oauth/device_authorization",
    );
    expect(json.grant_types_supported).toContain(grantType);
  });
});

describe("with limits", () => {
  const app = useTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });

  // RFC 8628 §5.1
  test("a user can enter 20 codes in 5 minutes, and not guess", async () => {
    const user = await signUpInBrowser(app);
    const headers = browserHeaders(user.token);
    const statuses: number[] = [];
    for (let count = 1; count <= 21; count += 1) {
      const form = { ...shownTo(user.userId), user_code: "BCDF-GHJK" };
      statuses.push((await app.call("POST", "/device/code", { form, headers })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 400), 429]);
  });
});

import { beforeAll, expect, test } from "bun:test";

import type { Answer, Call } from "../support/http-call.ts";
import { registerVerified, signUp } from "../support/journey.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: { email: string; password: string };

beforeAll(async () => {
  user = await registerVerified(app, { username: "ada.token" });
});

const formType = "application/x-www-form-urlencoded";
const ask = (call: Call) => app.call("POST", "/oauth/token", call);
const askText = (body: string, type = formType) => ask({ body, headers: { "content-type": type } });

/** RFC 6749 §5.2: JSON of `error` and `error_description`, in its characters, never our envelope; not to be cached. */
function expectFailure(answer: Answer, status: number, error: string) {
  expect([answer.status, answer.json]).toEqual([
    status,
    { error, error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/) },
  ]);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  // A challenge belongs to a 401 alone; strict clients take it for the error.
  expect(answer.headers.has("www-authenticate")).toBe(false);
}

// security 24
test("error responses have the form and codes of RFC 6749 §5.2", async () => {
  const { email, password } = user;
  const rows: readonly (readonly [string, Record<string, string>, string])[] = [
    ["nothing", {}, "invalid_request"],
    ["no grant type", { username: email, password }, "invalid_request"],
    ["empty grant type", { grant_type: "" }, "invalid_request"],
    ["no username", { grant_type: "password", password }, "invalid_request"],
    ["no password", { grant_type: "password", username: email }, "invalid_request"],
    [
      "an empty password",
      { grant_type: "password", username: email, password: "" },
      "invalid_request",
    ],
    ["no refresh token", { grant_type: "refresh_token" }, "invalid_request"],
    [
      "a refresh token of 9 KB",
      { grant_type: "refresh_token", refresh_token: "r".repeat(9000) },
      "invalid_request",
    ],
    [
      "a username with NUL",
      { grant_type: "password", username: "a\0b", password },
      "invalid_request",
    ],
    ["an unknown grant", { grant_type: "implicit" }, "unsupported_grant_type"],
    [
      "a grant in capitals",
      { grant_type: "PASSWORD", username: email, password },
      "unsupported_grant_type",
    ],
    ["the prototype's grant", { grant_type: "__proto__" }, "unsupported_grant_type"],
    [
      "a wrong password",
      { grant_type: "password", username: email, password: "wrong" },
      "invalid_grant",
    ],
    [
      "an unknown address",
      { grant_type: "password", username: "unknown@example.com", password },
      "invalid_grant",
    ],
    [
      "an unknown username",
      { grant_type: "password", username: "unknown", password },
      "invalid_grant",
    ],
    ["no address at all", { grant_type: "password", username: "@", password }, "invalid_grant"],
    [
      "a refresh token that is none",
      { grant_type: "refresh_token", refresh_token: "x" },
      "invalid_grant",
    ],
  ];
  for (const [name, form, error] of rows) {
    const answer = await ask({ form });
    expect([name, answer.json?.error]).toEqual([name, error]);
    expectFailure(answer, 400, error);
  }
});

// security 24
test("an unverified user gets that error only with the right password, and no token", async () => {
  const email = `unverified-${Bun.randomUUIDv7()}@example.com`;
  await app.post("/api/v1/auth/register", { email, password: user.password });
  const wrong = await ask({ form: { grant_type: "password", username: email, password: "wrong" } });
  const right = await ask({
    form: { grant_type: "password", username: email, password: user.password },
  });
  expectFailure(wrong, 400, "invalid_grant");
  expectFailure(right, 400, "invalid_grant");
  expect(right.json.error_description).not.toBe(wrong.json.error_description);
});

// security 18, 24: RFC 6749 §3.2, parameters must not be repeated.
test("a repeated parameter is refused", async () => {
  const { email, password } = user;
  const form = new URLSearchParams({ grant_type: "password", username: email, password });
  for (const [name, value] of form) {
    expectFailure(
      await askText(`${form.toString()}&${name}=${encodeURIComponent(value)}`),
      400,
      "invalid_request",
    );
    expectFailure(await askText(`${form.toString()}&${name}=`), 400, "invalid_request");
  }
});

// security 25
test("form bodies are accepted with a media type of any case and any charset, other bodies are not", async () => {
  const { email, password } = user;
  const form = new URLSearchParams({
    grant_type: "password",
    username: email,
    password,
  }).toString();
  const types = [
    formType,
    "Application/X-WWW-Form-URLEncoded",
    `${formType};charset=UTF-8`,
    `${formType}; charset="utf-8"`,
    `${formType}; Charset=ISO-8859-1`,
    `${formType} ; charset=windows-1252; x=y`,
  ];
  for (const type of types) expect([type, (await askText(form, type)).status]).toEqual([type, 200]);

  for (const type of [
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/json",
    `${formType}x`,
  ]) {
    expectFailure(await askText(form, type), 415, "invalid_request");
  }
  expectFailure(
    await ask({ json: { grant_type: "password", username: email, password } }),
    415,
    "invalid_request",
  );
  const tooLarge = await askText(`${form}&x=${"x".repeat(1 << 16)}`);
  expect(tooLarge.status).toBe(413);
});

// security 25
test("a success is the JSON of RFC 6749 §5.1 and not to be cached; unknown parameters are ignored", async () => {
  const granted = await ask({
    form: {
      grant_type: "password",
      username: "ADA.token",
      password: user.password,
      scope: "",
      audience: "x",
    },
  });
  expect([granted.status, granted.json]).toEqual([
    200,
    {
      access_token: expect.any(String),
      token_type: "bearer",
      expires_in: 86_400,
      refresh_token: expect.any(String),
    },
  ]);
  expect(granted.headers.get("content-type")).toMatch(/^application\/json/);
  expect(granted.headers.get("cache-control")).toBe("no-store");
  expect(granted.headers.get("pragma")).toBe("no-cache");
});

// security 25
test("other methods get 405 with Allow, and an unknown path gets an error of the same form", async () => {
  for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
    const answer = await app.call(method, "/oauth/token?grant_type=password");
    expectFailure(answer, 405, "invalid_request");
    expect(answer.headers.get("allow")).toBe("POST");
  }
  expect((await app.call("HEAD", "/oauth/token")).status).toBe(405);
  expectFailure(await app.call("POST", "/oauth/unknown"), 404, "invalid_request");
});

test("client errors are not logged as server errors", async () => {
  await ask({ form: { grant_type: "implicit" } });
  await app.call("GET", "/oauth/token");
  expect(app.log.filter((line) => line.includes("request failed"))).toEqual([]);
});

// security 38: the switch
test("the password grant can be switched off, and refreshing still works", async () => {
  await using off = await startTestApp({ settings: { PASSWORD_GRANT_ENABLED: "false" } });
  const { email, password, refreshToken } = await signUp(off);
  const sessions = "select count(*)::integer as count from sessions";
  const before = await off.rows(sessions);
  for (const given of [password, "wrong"]) {
    const form = { grant_type: "password", username: email, password: given };
    expectFailure(await off.call("POST", "/oauth/token", { form }), 400, "unsupported_grant_type");
  }
  expect(await off.rows(sessions)).toEqual(before);
  const form = { grant_type: "refresh_token", refresh_token: refreshToken };
  expect((await off.call("POST", "/oauth/token", { form })).status).toBe(200);
});

// RFC 6749 §3.3, §5.1
test("a response to a request with a scope names what was granted, for a password and for a refresh token", async () => {
  const { email: username, password } = user;
  const asked = { grant_type: "password", username, password };
  expect((await ask({ form: asked })).json.scope).toBeUndefined();
  expect((await ask({ form: { ...asked, scope: "" } })).json.scope).toBeUndefined();
  const granted = "profile email phone offline_access roles";
  const { json } = await ask({ form: { ...asked, scope: "admin" } });
  expect(json.scope).toBe(granted);
  const claims = await app.call("GET", "/oauth/userinfo", { bearer: json.access_token });
  expect(Object.keys(claims.json)).toContain("roles");
  const form = { grant_type: "refresh_token", refresh_token: json.refresh_token, scope: "openid" };
  expect((await ask({ form })).json.scope).toBe(granted);
});

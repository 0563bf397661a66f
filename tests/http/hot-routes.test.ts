import { describe, expect, test } from "bun:test";

import { createApp } from "../../src/app/create-app.ts";
import type { HealthState } from "../../src/features/health/index.ts";
import { callServer } from "../support/http-call.ts";
import { signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";
import { rawRequest, rawText } from "./raw-request.ts";

const me = "/api/v1/users/me";
const forward = "/api/v1/auth/forward";
const validate = "/api/v1/auth/validate-token";
const origin = "https://app.example";

const app = useTestApp({ settings: { ALLOWED_ORIGINS: origin } });

/** A user whose access token is in the token cache. */
async function cachedUser() {
  const user = await signUp(app);
  await app.call("GET", me, { bearer: user.accessToken });
  return user;
}

function linesOf(method: string, path: string, token: string, host = new URL(app.url).host) {
  return [`${method} ${path} HTTP/1.1`, `Host: ${host}`, `Authorization: Bearer ${token}`];
}

/** The status of a request written byte by byte, and its `Allow` header. */
async function statusOf(lines: readonly string[], body = "") {
  const bytes = Buffer.from(body);
  const content =
    body === ""
      ? []
      : ["Content-Type: application/json", `Content-Length: ${String(bytes.length)}`];
  const { status, text } = await rawRequest(
    app.url,
    rawText([...lines, ...content], bytes.toString("latin1")),
  );
  return { status, allow: /^allow: (.*)\r$/im.exec(text)?.[1] };
}

describe.each(["a token that is not cached yet", "a cached token"])("%s", (which) => {
  const userWith = () => (which === "a cached token" ? cachedUser() : signUp(app));

  test.each([
    ["GET", me, "", 200],
    ["HEAD", me, "", 200],
    ["PUT", me, "", 405],
    ["OPTIONS", me, "", 405],
    ["GET", `${me}?x=1`, "", 200],
    ["GET", `${me}/`, "", 200],
    ["GET", "/API/v1/users/me", "", 404],
    ["GET", "//api/v1/users/me", "", 404],
    ["GET", "/api/v1/users/m%65", "", 403],
    ["GET", forward, "", 200],
    ["GET", `${forward}?`, "", 200],
    ["HEAD", forward, "", 200],
    ["GET", validate, "", 405],
    ["POST", validate, '{"token":"TOKEN"}', 200],
    ["POST", `${validate}?x=1`, '{"token":"TOKEN"}', 200],
    ["POST", validate, '\n{"token" : "TOKEN"}', 200],
    ["POST", validate, '{"token":"TOKEN"} ', 200],
    ["POST", validate, '{"token":"TOKEN","more":1}', 400],
    ["POST", validate, '{"token":"TOKEN","token":"TOKEN"}', 400],
    ["POST", validate, '{"token":["TOKEN"]}', 400],
    ["POST", validate, '{"token":"TOKEN', 400],
    ["POST", validate, "[]", 400],
    ["POST", validate, "", 400],
    ["POST", validate, '{"token":"TOKENé"}', 401],
    ["POST", validate, "\ufeff{}", 400],
    ["POST", "/oauth/introspect", '{"token":"TOKEN"}', 415],
  ])("%s %s with the body %j is answered %i %s", async (method, path, body, status) => {
    const { accessToken } = await userWith();
    const content = body.replaceAll("TOKEN", accessToken);
    expect((await statusOf(linesOf(method, path, accessToken), content)).status).toBe(status);
  });

  // The attack: a condition that is not checked because a client controls the end of the proxy's subrequest.
  test.each([
    ["?role=user", 200],
    ["?role=admin", 403],
    [`?role=admin&role=${forward}`, 403],
    [`?role=admin#${forward}`, 403],
    ["?permission=users:read&role=user", 403],
    [`?x=${forward}`, 400],
  ])("forward-auth with %s is answered %i", async (query, status) => {
    const { accessToken } = await userWith();
    for (const address of [forward, `http://a${forward}`]) {
      const answer = await rawRequest(
        app.url,
        rawText(linesOf("GET", `${address}${query}`, accessToken)),
      );
      expect([address, answer.status]).toEqual([address, status]);
      expect(/^x-auth-user-id:/im.test(answer.text)).toBe(status === 200);
    }
  });

  // security 107
  test.each(["", "a b", "a/b", "a, b"])("the host %j is refused", async (host) => {
    const { accessToken } = await userWith();
    for (const path of [me, forward]) {
      expect((await statusOf(linesOf("GET", path, accessToken, host))).status).toBe(400);
    }
  });

  test("HTTP/1.0 without a host is answered", async () => {
    const { accessToken } = await userWith();
    const body = JSON.stringify({ token: accessToken });
    const bearer = `Authorization: Bearer ${accessToken}`;
    expect(
      await Promise.all([
        statusOf([`GET ${me} HTTP/1.0`, bearer]),
        statusOf([`GET ${forward} HTTP/1.0`, bearer]),
        statusOf([`POST ${validate} HTTP/1.0`], body),
      ]),
    ).toMatchObject([{ status: 200 }, { status: 200 }, { status: 200 }]);
  });
});

test("405 names the methods of hot and of other routes of the path", async () => {
  const { accessToken } = await cachedUser();
  expect(await statusOf(linesOf("PUT", me, accessToken))).toEqual({
    status: 405,
    allow: "DELETE, GET, HEAD, PATCH",
  });
  expect(await statusOf(linesOf("DELETE", validate, accessToken))).toEqual({
    status: 405,
    allow: "POST",
  });
});

test("a cached token and one that is not cached yet get the same response", async () => {
  const { accessToken } = await signUp(app);
  const responses = [];
  for (let round = 0; round < 2; round += 1) {
    const { headers, text } = await app.call("GET", me, {
      bearer: accessToken,
      headers: { "x-request-id": "mine-1" },
    });
    headers.delete("date");
    responses.push([[...headers], text.replace(/"timestamp":"[^"]+"/, "")]);
  }
  expect(responses[0]).toEqual(responses[1] ?? []);
});

test("a change of the user is in the next response, whatever its cached headers were", async () => {
  const { accessToken, userId } = await cachedUser();
  await app.call("GET", forward, { bearer: accessToken });
  await app.call("PATCH", me, {
    bearer: accessToken,
    json: { name: 'Zoë "Z" Ω', username: `u${userId.slice(-8)}` },
  });
  const user = await app.call("GET", me, { bearer: accessToken });
  const forwarded = await app.call("GET", forward, { bearer: accessToken });
  expect(user.json.data.name).toBe('Zoë "Z" Ω');
  expect(forwarded.headers.get("x-auth-username")).toBe(`u${userId.slice(-8)}`);
});

test("each response has a request id of its own", async () => {
  const { accessToken } = await cachedUser();
  const calls = [1, 2, 3].flatMap(() => [
    app.call("GET", me, { bearer: accessToken }),
    app.call("GET", forward, { bearer: accessToken }),
    app.post(validate, { token: accessToken }),
  ]);
  const ids = (await Promise.all(calls)).map(({ headers }) => headers.get("x-request-id"));
  expect(new Set(ids).size).toBe(9);
});

describe("the phases of a replica", () => {
  async function inPhase<T>(
    phase: HealthState["phase"],
    act: (url: string) => Promise<T>,
  ): Promise<T> {
    const health: HealthState = { phase, database: app.platform.database };
    const { routes, fetch } = createApp(app.platform, health);
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, routes, fetch });
    try {
      return await act(server.url.origin);
    } finally {
      await server.stop(true);
    }
  }

  // part of security 138
  test("while it drains, hot routes answer and close the connection", async () => {
    const { accessToken } = await cachedUser();
    const { status, headers } = await inPhase("draining", (url) =>
      callServer(url, "GET", me, { bearer: accessToken, headers: { origin } }),
    );
    expect(status).toBe(200);
    expect(headers.get("connection")).toBe("close");
    expect(headers.get("access-control-allow-origin")).toBe(origin);
  });

  test("while it starts, hot routes are refused before a body is read", async () => {
    const { accessToken } = await cachedUser();
    await inPhase("starting", async (url) => {
      const lines = [
        ...linesOf("POST", validate, accessToken, new URL(url).host),
        "Content-Type: application/json",
        "Content-Length: 20",
      ];
      expect((await rawRequest(url, rawText(lines))).code).toBe("UNAVAILABLE");
      expect((await callServer(url, "GET", me, { bearer: accessToken })).status).toBe(503);
    });
  });
});

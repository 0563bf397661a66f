import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { createAnswerWriter } from "../../src/app/answer-writer.ts";
import { createApp } from "../../src/app/create-app.ts";
import { createHostCheck } from "../../src/app/host-check.ts";
import { type Answer as AnswerRequest, createShortcuts } from "../../src/app/shortcuts.ts";
import { forwardAuthShortcut, validateTokenShortcut } from "../../src/features/sessions/index.ts";
import { ownUserShortcut } from "../../src/features/own-account/index.ts";
import type { UserActor } from "../../src/kernel/context.ts";
import { systemRandom } from "../../src/kernel/random.ts";
import { createRequestIds } from "../../src/platform/http/request-id.ts";
import type { Shortcut } from "../../src/platform/http/shortcut.ts";
import { callServer, type Answer, type Call } from "../support/http-call.ts";
import { signUp } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const me = "/api/v1/users/me";
const forward = "/api/v1/auth/forward";
const validate = "/api/v1/auth/validate-token";
const origin = "https://app.example";

type Question = readonly [method: string, path: string, call: Call];

function questions(token: string, headers: Record<string, string>): Question[] {
  const asked = { bearer: token, headers };
  const posted = { "content-type": "application/json", ...headers };
  return [
    ["GET", me, asked],
    ["GET", forward, asked],
    ["POST", validate, { body: JSON.stringify({ token }), headers: posted }],
  ];
}

describe("both ways answer the same", () => {
  let app: TestApp;
  let counted: ReturnType<typeof countLongWays>;

  beforeAll(async () => {
    app = await startTestApp({ settings: { ALLOWED_ORIGINS: origin } });
    counted = countLongWays(app);
  });

  afterAll(async () => {
    counted.stop();
    await app[Symbol.asyncDispose]();
  });

  /** The answers, and that each question went its way: `shortWays` of the three took the short one. */
  async function expectSame(
    token: string,
    status: number,
    { headers = {}, shortWays = 3 } = {},
  ): Promise<void> {
    let taken = 0;
    for (const question of questions(token, headers)) {
      const before = counted.longWays();
      const first = await counted.call(question);
      const between = counted.longWays();
      const second = await counted.callTheLongWay(question);
      expect([question[1], first.status]).toEqual([question[1], status]);
      expect(contentOf(first)).toEqual(contentOf(second));
      expect(counted.longWays()).toBe(between + 1);
      taken += between === before ? 1 : 0;
    }
    expect(taken).toBe(shortWays);
  }

  test.each([
    ["nothing more", {}],
    ["an origin that may read it", { origin }],
    ["an origin that may not", { origin: "https://evil.example" }],
    ["an id of its own", { "x-request-id": "mine-1" }],
    ["what a proxy adds", { "x-forwarded-for": "203.0.113.9", "accept-encoding": "gzip" }],
  ])("to a known token with %s", async (_, headers) => {
    const { accessToken } = await signUp(app);
    // The first question of all makes the token known.
    await expectSame(accessToken, 200, { shortWays: 2 });
    await expectSame(accessToken, 200, { headers });
    const [kept] = questions(accessToken, { "x-request-id": "mine-2" });
    const answer = await counted.call(kept ?? ["GET", me, {}]);
    expect(answer.headers.get("x-request-id")).toBe("mine-2");
  });

  test("to a token whose session has ended, and to one that is none", async () => {
    const { accessToken } = await signUp(app);
    await expectSame(accessToken, 200, { shortWays: 2 });
    await app.post("/api/v1/auth/logout", undefined, { bearer: accessToken });
    await expectSame(accessToken, 401, { shortWays: 0 });
    await expectSame(`${accessToken}x`, 401, { shortWays: 0 });
    await expectSame("none-such", 401, { shortWays: 0 });
  });

  // What is remembered of her must not outlive a change, however ready its answer is.
  test("after something about her has changed", async () => {
    const { accessToken, userId } = await signUp(app);
    await expectSame(accessToken, 200, { shortWays: 2 });
    await app.rows(`update users set name = 'Zoë "Z" Ω' where id = '${userId}'`);
    await Bun.sleep(150);
    await expectSame(accessToken, 200, { shortWays: 2 });
    const { json } = await counted.call(["GET", me, { bearer: accessToken }]);
    expect(json.data.name).toBe('Zoë "Z" Ω');
  });

  test("in the moment, not that of the first answer", async () => {
    const { accessToken } = await signUp(app);
    const first = await counted.call(["GET", me, { bearer: accessToken }]);
    await Bun.sleep(5);
    const second = await counted.call(["GET", me, { bearer: accessToken }]);
    expect(Date.parse(second.json.timestamp)).toBeGreaterThan(Date.parse(first.json.timestamp));
  });
});

/** The whole application, with and without its short ways. What comes to the router is asked for its address, and nothing else. */
function countLongWays({ platform }: TestApp) {
  const app = createApp(platform, { phase: "serving", database: platform.database });
  let longWays = 0;
  const counting =
    (answer: AnswerRequest): AnswerRequest =>
    (request, book) =>
      answer(request, {
        requestIP(asked) {
          longWays += 1;
          return book.requestIP(asked);
        },
      });
  const address = { hostname: "127.0.0.1", port: 0, fetch: counting(app.fetch) };
  const routes = Object.entries(app.routes).map(([path, answer]) => [path, counting(answer)]);
  const whole = Bun.serve({ ...address, routes: Object.fromEntries(routes) });
  const withoutShortWays = Bun.serve(address);
  return {
    longWays: () => longWays,
    call: (question: Question) => callServer(whole.url.origin, ...question),
    callTheLongWay: (question: Question) => callServer(withoutShortWays.url.origin, ...question),
    stop() {
      void whole.stop(true);
      void withoutShortWays.stop(true);
    },
  };
}

/** All but what differs from one request to the next. */
function contentOf({ status, headers, text }: Answer) {
  const lasting = [...headers].filter(([name]) => !["date", "x-request-id"].includes(name));
  return { status, headers: lasting, text: text.replace(/"timestamp":"[^"]+"/, "") };
}

describe("the short way is taken", () => {
  const actor: UserActor = {
    kind: "user",
    userId: "u",
    sessionId: "s",
    email: "a@b.example",
    username: null,
    name: null,
    emailVerified: true,
    roles: ["user"],
    permissions: [],
    amr: ["pwd"],
    profile: { phone: null, avatarUrl: null, locale: null, metadata: {} },
    tokenExpiresAt: new Date(0),
  };
  const writer = createAnswerWriter({
    common: {},
    requestIds: createRequestIds(systemRandom),
    additions: () => null,
  });
  const short = createShortcuts([ownUserShortcut, forwardAuthShortcut, validateTokenShortcut], {
    clock: { now: () => new Date(0) },
    recall: (token) => (token === "known" ? actor : null),
    hosts: { isUsual: ({ headers }) => headers.get("host") !== "unusual" },
    writer,
    otherwise: () => new Response("the long way"),
    bodyLimitBytes: 100,
  });
  const server = { requestIP: () => null };
  const ask = async (path: string, init?: RequestInit): Promise<boolean> => {
    const request = new Request(`http://localhost:8000${path}`, init);
    const answer = await short[new URL(request.url).pathname]?.(request, server);
    return answer !== undefined && (await answer.text()) !== "the long way";
  };
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const json = (body: string, more: Record<string, string> = {}) => ({
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "content-length": String(body.length),
      ...more,
    },
  });

  test("to a body or to headers, never to both: what is kept of headers would not know the body's type", () => {
    // @ts-expect-error -- the compiler refuses it
    const both: Shortcut = { path: "/", headers: () => ({}), text: () => "" };
    expect(both.path).toBe("/");
  });

  test.each([
    [me, bearer("known")],
    [`${me}?a=b`, bearer("known")],
    [forward, bearer("known")],
    [validate, json('{"token":"known"}')],
    [validate, json('{"token": "known"}')],
  ])("for a known token, %s", async (path, init) => {
    expect(await ask(path, init)).toBe(true);
  });

  test.each([
    [me, {}],
    [me, bearer("unknown")],
    [me, { ...bearer("known"), method: "HEAD" }],
    [me, { ...bearer("known"), method: "PATCH" }],
    [`${me}/`, bearer("known")],
    [`${forward}?a=b`, bearer("known")],
    [`${forward}?`, bearer("known")],
    [me, { headers: { ...bearer("known").headers, host: "unusual" } }],
    [validate, json('{"token":"known"}', { host: "unusual" })],
    ["/API/v1/users/me", bearer("known")],
    ["/api/v1/users", bearer("known")],
    [forward, { headers: { cookie: "known" } }],
    [validate, bearer("known")],
    [validate, json('{"token":"unknown"}')],
    [validate, json('{"token":"known","more":1}')],
    [validate, json('{"token":"known"}', { "content-type": "text/plain" })],
    [validate, json('{"token":"known"}', { "content-encoding": "gzip" })],
    [validate, json('{"token":"known"}', { "content-length": "101" })],
    [validate, json('{"token":"known"}', { "content-length": "1, 1" })],
  ])("for nothing else: %s %p", async (path, init) => {
    expect(await ask(path, init)).toBe(false);
  });
});

describe("a host is usual", () => {
  const asked = (host?: string) =>
    new Request("http://localhost/", host === undefined ? {} : { headers: { host } });

  test("once it was found good, and several are at a time", () => {
    const hosts = createHostCheck();
    const names = ["auth.example.com", "10.0.0.1:8000"];
    expect(names.map((name) => hosts.isUsual(asked(name)))).toEqual([false, false]);
    for (const name of names) hosts.assertOne(asked(name));
    expect(names.map((name) => hosts.isUsual(asked(name)))).toEqual([true, true]);
  });

  test("never if it is none, or several", () => {
    const hosts = createHostCheck();
    for (const name of ["", "a, b", "a/b", "a b"]) {
      expect(() => hosts.assertOne(asked(name))).toThrow("The Host header is not valid.");
      expect(hosts.isUsual(asked(name))).toBe(false);
    }
    hosts.assertOne(asked());
    expect(hosts.isUsual(asked())).toBe(false);
  });

  // Else whoever invents hosts would fill the memory.
  test("until sixteen others were", () => {
    const hosts = createHostCheck();
    for (let number = 0; number <= 16; number += 1) hosts.assertOne(asked(`${number}.example`));
    expect(hosts.isUsual(asked("0.example"))).toBe(false);
    expect(hosts.isUsual(asked("1.example"))).toBe(true);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { createAnswerWriter } from "../../src/app/edge/respond.ts";
import type { Handler } from "../../src/app/edge/callers.ts";
import { createApp } from "../../src/app/create-app.ts";
import { createHostCheck } from "../../src/app/edge/host-check.ts";
import { createShortcuts, type ShortcutsOptions } from "../../src/app/edge/shortcuts.ts";
import { forwardAuthShortcut, validateTokenShortcut } from "../../src/features/access/index.ts";
import { ownUserShortcut } from "../../src/features/own-account/index.ts";
import type { UserActor } from "../../src/kernel/context.ts";
import type { HealthState } from "../../src/features/health/index.ts";
import { systemRandom } from "../../src/kernel/random.ts";
import { createRequestIds } from "../../src/platform/http/request-id.ts";
import type { Shortcut } from "../../src/platform/http/shortcut.ts";
import { eventually } from "../support/eventually.ts";
import { callServer, type Answer, type Call } from "../support/http-call.ts";
import { signUp } from "../support/journey.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";
import { rawRequest, rawText } from "../http/raw-request.ts";

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
  const app = useTestApp({ settings: { ALLOWED_ORIGINS: origin } });
  let counted: ReturnType<typeof countLongWays>;

  beforeAll(() => {
    counted = countLongWays(app);
  });

  afterAll(() => counted.stop());

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

  /** Asks until the answer comes the short way: a busy machine may hear of changes too late to remember anything. */
  async function becomeKnown(token: string): Promise<void> {
    await eventually(
      async () => {
        const before = counted.longWays();
        await counted.call(["GET", me, { bearer: token }]);
        return counted.longWays() - before;
      },
      (longWays) => longWays === 0,
    );
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

  test("with an id of its own each time, and never another's", async () => {
    const { accessToken } = await signUp(app);
    await becomeKnown(accessToken);
    const ids: (string | null)[] = [];
    for (const headers of [{}, { "x-request-id": "mine-3" }, {}, {}]) {
      for (const question of questions(accessToken, headers)) {
        ids.push((await counted.call(question)).headers.get("x-request-id"));
      }
    }
    expect(ids.slice(3, 6)).toEqual(["mine-3", "mine-3", "mine-3"]);
    expect(new Set(ids).size).toBe(10);
  });

  // part of security 138
  test("while the service drains, to an origin that may read it", async () => {
    const { accessToken } = await signUp(app);
    await becomeKnown(accessToken);
    counted.health.phase = "draining";
    try {
      await expectSame(accessToken, 200, { headers: { origin } });
      const answer = await counted.call(["GET", me, { bearer: accessToken }]);
      expect(answer.headers.get("connection")).toBe("close");
    } finally {
      counted.health.phase = "serving";
    }
  });

  test("while the service starts, and nobody's body is waited for", async () => {
    const { accessToken } = await signUp(app);
    await becomeKnown(accessToken);
    counted.health.phase = "starting";
    try {
      for (const question of questions(accessToken, {})) {
        const [short, long] = [
          await counted.call(question),
          await counted.callTheLongWay(question),
        ];
        expect([question[1], short.status]).toEqual([question[1], 503]);
        expect(contentOf(short)).toEqual(contentOf(long));
      }
      const lines = [
        ...linesOf("POST", validate, hostOf(counted.urls[0]), accessToken),
        "Content-Type: application/json",
        "Content-Length: 20",
      ];
      expect((await rawRequest(counted.urls[0], rawText(lines))).code).toBe("UNAVAILABLE");
    } finally {
      counted.health.phase = "serving";
    }
  });

  test.each([
    ["HEAD", me, "", ""],
    ["OPTIONS", me, "", "Access-Control-Request-Method: PATCH"],
    ["PUT", me, "", ""],
    ["GET", `${me}?x=1`, "", ""],
    ["GET", `${me}/`, "", ""],
    ["GET", "/API/v1/users/me", "", ""],
    ["GET", "/api/v1/users", "", ""],
    ["GET", "//api/v1/users/me", "", ""],
    ["GET", "/api/v1/users/m%65", "", ""],
    ["GET", `http://evil.example${me}`, "", ""],
    ["GET", `${forward}?`, "", ""],
    ["HEAD", forward, "", ""],
    ["GET", validate, "", ""],
    ["POST", `${validate}?x=1`, '{"token":"TOKEN"}', ""],
    ["POST", validate, '\n{"token" : "TOKEN"}', ""],
    ["POST", validate, '{"token":"TOKEN","more":1}', ""],
    ["POST", validate, '{"token":"TOKEN"} ', ""],
    ["POST", validate, '{"token":"TOKENé"}', ""],
    ["POST", validate, "\ufeff{}", ""],
    ["POST", validate, '{"token":"TOKEN"}', "Content-Encoding: gzip"],
    ["GET", me, "", "Host: two.example"],
    ["GET", me, "", "Authorization: Bearer x"],
  ])("to %s %s, %s %s, with a known token", async (method, path, body, header) => {
    const { accessToken } = await signUp(app);
    await becomeKnown(accessToken);
    const content = body.replace("TOKEN", accessToken);
    const answers = await Promise.all(
      counted.urls.map((url) => {
        const lines = linesOf(method, path, hostOf(url), accessToken);
        if (header !== "") lines.push(header);
        const bytes = Buffer.from(content);
        if (content !== "") {
          lines.push("Content-Type: application/json", `Content-Length: ${bytes.length}`);
        }
        return rawRequest(url, rawText(lines, bytes.toString("latin1")));
      }),
    );
    const [first, second] = answers.map(({ text }) => withoutChance(text));
    expect(first).toMatch(/^HTTP\/1\.1 \d/);
    expect(first).toEqual(second ?? "");
  });

  // The attack: a condition that is taken for none, where a client has a say in the end of the proxy's question.
  test.each([
    ["?role=user", 200],
    ["?role=admin", 403],
    [`?role=admin&role=${forward}`, 403],
    [`?role=admin#${forward}`, 403],
    [`?permission=users:read&role=user`, 403],
    [`?x=${forward}`, 400],
  ])("to the conditions %s, with a known token", async (query, status) => {
    const { accessToken } = await signUp(app);
    await becomeKnown(accessToken);
    for (const url of counted.urls) {
      for (const address of [forward, `http://a${forward}`]) {
        const lines = linesOf("GET", `${address}${query}`, hostOf(url), accessToken);
        const answer = await rawRequest(url, rawText(lines));
        expect([address, answer.status]).toEqual([address, status]);
        expect(/^x-auth-user-id:/im.test(answer.text)).toBe(status === 200);
      }
    }
  });

  // security 107
  test.each(["", "a b", "a/b", "a, b"])("to the host %j, with a known token", async (host) => {
    const { accessToken } = await signUp(app);
    await becomeKnown(accessToken);
    for (const path of [me, forward]) {
      const answers = await Promise.all(
        counted.urls.map((url) =>
          rawRequest(url, rawText(linesOf("GET", path, host, accessToken))),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    }
  });

  test("to HTTP/1.0 without a host, with a known token", async () => {
    const { accessToken } = await signUp(app);
    await becomeKnown(accessToken);
    const body = JSON.stringify({ token: accessToken });
    const asked = [`Authorization: Bearer ${accessToken}`];
    const posted = ["Content-Type: application/json", `Content-Length: ${body.length}`];
    for (const url of counted.urls) {
      for (const text of [
        rawText([`GET ${me} HTTP/1.0`, ...asked]),
        rawText([`GET ${forward} HTTP/1.0`, ...asked]),
        rawText([`POST ${validate} HTTP/1.0`, ...posted], body),
      ]) {
        expect((await rawRequest(url, text)).status).toBe(200);
      }
    }
  });

  test("in the moment, not that of the first answer", async () => {
    const { accessToken } = await signUp(app);
    const first = await counted.call(["GET", me, { bearer: accessToken }]);
    await Bun.sleep(5);
    const second = await counted.call(["GET", me, { bearer: accessToken }]);
    expect(Date.parse(second.json.timestamp)).toBeGreaterThan(Date.parse(first.json.timestamp));
  });
});

function hostOf(url: string): string {
  return new URL(url).host;
}

function linesOf(method: string, path: string, host: string, token: string): string[] {
  return [`${method} ${path} HTTP/1.1`, `Host: ${host}`, `Authorization: Bearer ${token}`];
}

/** An answer without what differs from one to the next. */
function withoutChance(text: string): string {
  return text.replace(/^(?:date|x-request-id): .*\r\n/gim, "").replace(/"timestamp":"[^"]+"/, "");
}

/** The whole application, with and without its short ways. What comes to the router is asked for its address, and nothing else. */
function countLongWays({ platform }: TestApp) {
  const health: HealthState = { phase: "serving", database: platform.database };
  const app = createApp(platform, health);
  let longWays = 0;
  const counting =
    (answer: Handler): Handler =>
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
    health,
    urls: [whole.url.origin, withoutShortWays.url.origin] as const,
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
  const options: ShortcutsOptions = {
    clock: { now: () => new Date(0) },
    health: { phase: "serving" },
    recall: (token) => (token === "known" ? actor : null),
    hosts: { isUsual: ({ headers }) => headers.get("host") !== "unusual" },
    writer,
    otherwise: () => new Response("the long way"),
    bodyLimitBytes: 100,
  };
  const short = createShortcuts(
    [ownUserShortcut, forwardAuthShortcut, validateTokenShortcut],
    options,
  );
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

  test("and what fails there is the last resort's, as anything that fails outside of the routes", async () => {
    const failing = createShortcuts([ownUserShortcut, validateTokenShortcut], {
      ...options,
      recall: () => {
        throw new Error("broken");
      },
    });
    using broken = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      routes: failing,
      fetch: () => new Response("the long way"),
      error: ({ message }) => new Response(`last resort: ${message}`, { status: 500 }),
    });
    for (const [path, init] of [
      [me, bearer("known")],
      [
        validate,
        {
          method: "POST",
          body: '{"token":"known"}',
          headers: { "content-type": "application/json" },
        },
      ],
    ] as const) {
      const answer = await fetch(`${broken.url.origin}${path}`, init);
      expect([answer.status, await answer.text()]).toEqual([500, "last resort: broken"]);
    }
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
    [`${forward}?a=b`, bearer("known")],
    [`${forward}?`, bearer("known")],
    [`${forward}?role=admin&role=${forward}`, bearer("known")],
    [me, { headers: { ...bearer("known").headers, host: "unusual" } }],
    [validate, json('{"token":"known"}', { host: "unusual" })],
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

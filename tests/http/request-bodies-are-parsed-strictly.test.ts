import { beforeAll, describe, expect, test } from "bun:test";

import { signUp } from "../support/journey.ts";
import { type Operation, readOperations } from "../support/operations.ts";
import { useTestApp } from "../support/test-app.ts";
import { rawRequest, rawText } from "./raw-request.ts";

const json = "application/json";
const form = "application/x-www-form-urlencoded";

describe("bodies", () => {
  const app = useTestApp();
  let operations: Operation[];

  beforeAll(async () => {
    ({ operations } = await readOperations(app));
  });

  function taking(mediaType: string): Operation[] {
    const found = operations.filter(
      // The registration of clients has the errors of its RFC, and tests of its own (`rfc7591-dynamic-registration`).
      (operation) => operation.mediaType === mediaType && operation.path !== "/oauth/register",
    );
    expect(found.length).toBeGreaterThan(0);
    return found;
  }

  function send(
    path: string,
    contentType: string,
    body: BodyInit,
    more: Record<string, string> = {},
  ) {
    return app.call("POST", path, { body, headers: { "content-type": contentType, ...more } });
  }

  // Any web page can post these three without a preflight: that is what makes a cross-site request a forgery.
  // part of security 116: cookies come later
  test.each([form, "text/plain", "multipart/form-data; boundary=x"])(
    "%s is 415 on every route that takes JSON",
    async (contentType) => {
      // A route that needs a sign-in refuses a request without a token first.
      const { accessToken } = await signUp(app);
      for (const { method, path } of taking(json)) {
        const answer = await app.call(method, path, {
          body: '{"token":"x","refresh_token":"x"}',
          headers: { "content-type": contentType },
          bearer: accessToken,
        });
        expect([path, answer.status, answer.json.error.code]).toEqual([
          path,
          415,
          "UNSUPPORTED_MEDIA_TYPE",
        ]);
      }
    },
  );

  test("JSON is 415 on every route that takes a form, in the words of RFC 6749", async () => {
    for (const { path } of taking(form)) {
      const answer = await send(path, json, "{}");
      const { error } = answer.json;
      const [code, expected] = path.startsWith("/oauth/")
        ? [error, "invalid_request"]
        : [error.code, "UNSUPPORTED_MEDIA_TYPE"];
      expect([path, answer.status, code]).toEqual([path, 415, expected]);
    }
  });

  test.each([
    "Application/JSON; charset=UTF-8",
    "application/json;charset=utf-8",
    'APPLICATION/JSON ; charset="utf-8"',
    "application/json; profile=x",
  ])("%s is JSON", async (contentType) => {
    const answer = await send("/api/v1/auth/validate-token", contentType, '{"token":"x"}');
    expect([answer.status, answer.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  });

  test("a form's media type may be in any case and state its charset (RFC 6749 Appendix B)", async () => {
    const answer = await send(
      "/oauth/token",
      "Application/X-WWW-Form-Urlencoded; Charset=UTF-8",
      "grant_type=x",
    );
    expect([answer.status, answer.json.error]).toEqual([400, "unsupported_grant_type"]);
  });

  // security 103
  test.each<[string, string, BodyInit, Record<string, string>, number]>([
    ["UTF-16 by its charset", `${json}; charset=utf-16`, "{}", {}, 415],
    ["Latin-1 by its charset", `${json}; charset=utf-8; charset=latin1`, "{}", {}, 415],
    ["undeclared UTF-16", json, new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0]), {}, 400],
    ["a byte order mark", json, '\ufeff{"token":"x"}', {}, 400],
    [
      "bytes that are not UTF-8",
      json,
      new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      {},
      400,
    ],
    ["an encoded surrogate", json, new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), {}, 400],
    ["gzip", json, Bun.gzipSync('{"token":"x"}'), { "content-encoding": "gzip" }, 415],
    ["undeclared gzip", json, Bun.gzipSync('{"token":"x"}'), {}, 400],
    ["nothing", json, "", {}, 400],
    ["white space", json, " \n", {}, 400],
    ["half a document", json, '{"token":', {}, 400],
    ["two documents", json, '{"token":"x"}{}', {}, 400],
    ["a trailing comma", json, '{"token":"x",}', {}, 400],
    ["NaN", json, '{"token":NaN}', {}, 400],
    ["a raw control character", json, '{"token":"a\u0000b"}', {}, 400],
    ["an array", json, '[{"token":"x"}]', {}, 400],
    ["a string", json, '"token"', {}, 400],
    ["null", json, "null", {}, 400],
    ["a number", json, "1", {}, 400],
    ["a duplicate key", json, '{"token":"x","token":"y"}', {}, 400],
    ["a duplicate key in disguise", json, '{"token":"x","\\u0074oken":"y"}', {}, 400],
    ["no media type", "", '{"token":"x"}', {}, 415],
  ])("%s is refused", async (_name, contentType, body, headers, status) => {
    const answer = await send("/api/v1/auth/validate-token", contentType, body, headers);
    expect([answer.status, answer.json.success]).toEqual([status, false]);
  });

  // The one route is hot, the other is not: they decode a body differently.
  describe.each(["/api/v1/auth/validate-token", "/api/v1/auth/register"])("%s", (path) => {
    // security 103
    test.each<[string, readonly number[]]>([
      ["a byte of no character", [0xff]],
      ["two of three bytes", [0xe2, 0x82]],
      ["three of four bytes, as many as U+FFFD has", [0xf0, 0x9f, 0x98]],
      ["an overlong slash", [0xc0, 0xaf]],
      ["a surrogate", [0xed, 0xa0, 0x80]],
      ["a character beyond the last one", [0xf4, 0x90, 0x80, 0x80]],
    ])("%s is not UTF-8", async (_name, bytes) => {
      const quoted = (text: string): readonly number[] => [...Buffer.from(text)];
      const body = [...quoted('{"token":"x","email":"a@example.com","more":"'), ...bytes];
      const answer = await send(path, json, new Uint8Array([...body, ...quoted('"}')]));
      expect([answer.status, answer.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
      expect(answer.json.error.details.issue).toStartWith("The body is not valid UTF-8");
    });
  });

  test("U+FFFD is stored as any other character, and a body with a token must not contain it", async () => {
    const user = await signUp(app);
    const renamed = await app.call("PATCH", "/api/v1/users/me", {
      body: JSON.stringify({ name: "A \uFFFD B" }),
      headers: { "content-type": json },
      bearer: user.accessToken,
    });
    expect([renamed.status, renamed.json.data.name]).toEqual([200, "A \uFFFD B"]);
    const token = await send("/api/v1/auth/validate-token", json, '{"token":"\uFFFD"}');
    expect([token.status, token.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
  });

  test.each([
    ["a parameter given twice", "grant_type=password&grant_type=password"],
    ["the second time without a value", "grant_type=password&grant_type="],
    ["the second time in disguise", "grant_type=password&%67rant_type=password"],
    ["bytes that are not UTF-8", "grant_type=password&username=%ff&password=x"],
    ["an encoded surrogate", "grant_type=password&username=%ed%a0%80&password=x"],
    ["broken percent-encoding", "grant_type=password&username=%4&password=x"],
    ["a NUL byte", "grant_type=password&username=a%00b&password=x"],
    ["nothing", ""],
  ])("a form with %s is refused", async (_name, body) => {
    const answer = await send("/oauth/token", form, body);
    expect([answer.status, answer.json.error]).toEqual([400, "invalid_request"]);
  });

  test("a missing body is 400, however it is missing", async () => {
    const head = ["POST /api/v1/auth/validate-token HTTP/1.1", "Host: localhost"];
    const chunked = [...head, "Content-Type: application/json", "Transfer-Encoding: chunked"];
    const answers = await Promise.all([
      rawRequest(app.url, rawText(head)),
      rawRequest(app.url, rawText([...head, "Content-Length: 0"])),
      rawRequest(
        app.url,
        rawText([...head, "Content-Type: application/json", "Content-Length: 0"]),
      ),
      rawRequest(app.url, rawText(chunked, "0\r\n\r\n")),
    ]);
    expect(answers.map(({ status, code }) => [status, code])).toEqual(
      Array.from({ length: 4 }, () => [400, "VALIDATION_ERROR"]),
    );
  });

  test("an optional body may be missing in all of those ways", async () => {
    const head = ["POST /api/v1/auth/logout HTTP/1.1", "Host: localhost"];
    const chunked = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
    for (const [more, body] of [
      [["Content-Length: 0"], ""],
      [["Content-Type: application/json", "Content-Length: 0"], ""],
      [chunked, "0\r\n\r\n"],
    ] as const) {
      const user = await signUp(app);
      const bearer = `Authorization: Bearer ${user.accessToken}`;
      const { status } = await rawRequest(app.url, rawText([...head, bearer, ...more], body));
      expect([more, status]).toEqual([more, 200]);
      expect((await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken })).status).toBe(
        401,
      );
    }
  });

  // The framework would parse any body, of any length, before the guard runs.
  test("a route without a body does not read one", async () => {
    for (const { method, path, isPublic } of operations.filter(
      (one) => one.mediaType === null && one.method !== "GET",
    )) {
      const answer = await app.call(method, path, { body: "{", headers: { "content-type": json } });
      expect([path, answer.status]).toEqual([path, isPublic ? 200 : 401]);
    }
  });
});

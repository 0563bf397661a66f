import { beforeAll, expect, test } from "bun:test";

import { signUp } from "../support/journey.ts";
import { rawGet } from "../support/raw-http.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let token: string;

beforeAll(async () => {
  token = (await signUp(app)).accessToken;
});

const me = (headerLines: readonly string[]) => rawGet(app.url, "/api/v1/users/me", headerLines);

// security 31
test("malformed credentials are refused, and the server continues", async () => {
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    ["no header", [], "AUTHENTICATION_REQUIRED"],
    ["empty", ["Authorization:"], "AUTHENTICATION_REQUIRED"],
    ["another scheme", [`Authorization: Basic ${token}`], "AUTHENTICATION_REQUIRED"],
    ["a scheme that begins alike", [`Authorization: Bearers ${token}`], "AUTHENTICATION_REQUIRED"],
    ["no scheme", [`Authorization: ${token}`], "AUTHENTICATION_REQUIRED"],
    ["a tab after the scheme", [`Authorization: Bearer\t${token}`], "AUTHENTICATION_REQUIRED"],
    ["the scheme alone", ["Authorization: Bearer"], "INVALID_TOKEN"],
    ["two spaces and rubbish", ["Authorization: bearer  x"], "INVALID_TOKEN"],
    ["two parts", ["Authorization: Bearer a.b"], "INVALID_TOKEN"],
    ["empty parts", ["Authorization: Bearer .."], "INVALID_TOKEN"],
    ["five parts", [`Authorization: Bearer ${token}.a.b`], "INVALID_TOKEN"],
    ["words after the token", [`Authorization: Bearer ${token} x`], "INVALID_TOKEN"],
    ["a list", [`Authorization: Bearer ${token}, Basic x`], "INVALID_TOKEN"],
    ["quotes", [`Authorization: Bearer "${token}"`], "INVALID_TOKEN"],
    ["bytes beyond ASCII", [`Authorization: Bearer ${token}\xff\xfe`], "INVALID_TOKEN"],
    ["UTF-8", ["Authorization: Bearer \xc3\xa9.\xc3\xa9.\xc3\xa9"], "INVALID_TOKEN"],
    ["12 KB", [`Authorization: Bearer ${"a".repeat(12_288)}`], "INVALID_TOKEN"],
    // Attack: a proxy checks one of two headers, and the service uses the other.
    [
      "two, the first genuine",
      [`Authorization: Bearer ${token}`, "Authorization: Bearer x"],
      "INVALID_TOKEN",
    ],
    [
      "two, the second genuine",
      ["Authorization: Bearer x", `Authorization: Bearer ${token}`],
      "INVALID_TOKEN",
    ],
    [
      "two, both genuine",
      [`Authorization: Bearer ${token}`, `authorization: Bearer ${token}`],
      "INVALID_TOKEN",
    ],
  ];
  for (const [name, headerLines, code] of rows) {
    const { status, text } = await me(headerLines);
    expect([name, status, /"code":"(\w+)"/.exec(text)?.[1]]).toEqual([name, 401, code]);
    expect(text).toMatch(/\r\nwww-authenticate: Bearer/i);
    expect(text).not.toContain(token);
  }
  expect((await me([`Authorization: Bearer ${token}`])).status).toBe(200);
  expect(app.log.filter((line) => line.includes("request failed"))).toEqual([]);
});

// security 31. The server refuses such a header before any of our code runs: 431 (RFC 6585 §5) in the place of 401.
test("a header of 1 MB is refused, and the server continues", async () => {
  const { status } = await me([`Authorization: Bearer ${"a".repeat(1 << 20)}`]);
  expect(status).toBe(431);
  expect((await me([`Authorization: Bearer ${token}`])).status).toBe(200);
});

// security 31
test("the scheme is case-insensitive", async () => {
  for (const scheme of ["Bearer", "bearer", "BEARER", "bEaReR"]) {
    expect([scheme, (await me([`Authorization: ${scheme} ${token}`])).status]).toEqual([
      scheme,
      200,
    ]);
  }
});

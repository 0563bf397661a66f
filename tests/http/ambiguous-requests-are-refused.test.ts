import { describe, expect, test } from "bun:test";

import { useTestApp } from "../support/test-app.ts";
import { rawRequest, rawText } from "./raw-request.ts";

const live = "GET /health/live HTTP/1.1";
const post = "POST /api/v1/auth/validate-token HTTP/1.1";
const host = "Host: localhost";
const json = "Content-Type: application/json";
const body = '{"token":"x"}';

describe("a request that two parsers could read in two ways", () => {
  const app = useTestApp();

  // Bun's HTTP server refuses these itself, with only a status, and closes the connection.
  // security 107
  test.each<[string, readonly string[], string, number]>([
    [
      "length and chunks",
      [post, host, json, "Content-Length: 13", "Transfer-Encoding: chunked"],
      "0\r\n\r\n",
      400,
    ],
    ["two lengths", [post, host, json, "Content-Length: 13", "Content-Length: 5"], body, 400],
    ["a list of lengths", [post, host, json, "Content-Length: 13, 13"], body, 400],
    ["a signed length", [post, host, json, "Content-Length: +13"], body, 400],
    ["a hexadecimal length", [post, host, json, "Content-Length: 0xd"], body, 400],
    ["an unknown coding", [post, host, json, "Transfer-Encoding: xchunked"], "0\r\n\r\n", 400],
    [
      "a coding before chunked",
      [post, host, json, "Transfer-Encoding: gzip, chunked"],
      "0\r\n\r\n",
      400,
    ],
    ["an invalid chunk size", [post, host, json, "Transfer-Encoding: chunked"], "zz\r\n\r\n", 400],
    ["a folded header", [live, host, "X-A: a\r\n b"], "", 400],
    ["a space before the colon", [live, "Host : localhost"], "", 400],
    ["a NUL byte in a header", [live, host, "User-Agent: a\u0000b"], "", 400],
    ["an escape character in a header", [live, host, "User-Agent: a\u001bb"], "", 400],
    ["no host", [live], "", 400],
    ["headers of over 16 KB", [live, host, `X-A: ${"a".repeat(17_000)}`], "", 431],
    [
      "too many headers",
      [live, host, ...Array.from({ length: 300 }, (_, n) => `X-${n}: a`)],
      "",
      431,
    ],
    ["a NUL byte in the path", ["GET /health\u0000/live HTTP/1.1", host], "", 505],
  ])("is refused: %s", async (_name, lines, sent, status) => {
    const answer = await rawRequest(app.url, rawText(lines, sent));
    expect(answer.text).not.toContain("200 OK");
    expect(answer.status).toBe(status);
  });

  // security 107
  test("is refused: line feeds without carriage returns", async () => {
    const answer = await rawRequest(app.url, "GET /health/live HTTP/1.1\nHost: localhost\n\n");
    expect([answer.status, answer.text.includes("alive")]).toEqual([505, false]);
  });

  // Bun accepts an equal length given twice; a proxy in front of Gatehouse may count otherwise.
  // security 107
  test("is refused: one length given twice", async () => {
    const lines = [post, host, json, "Content-Length: 13", "Content-Length: 13"];
    const { status, code } = await rawRequest(app.url, rawText(lines, body));
    expect([status, code]).toEqual([400, "VALIDATION_ERROR"]);
  });

  // Bun accepts every one of these as well.
  // security 107
  test.each([
    "a b",
    "a/b",
    "user@localhost",
    "localhost?x",
    "localhost#x",
    "<script>",
    "",
    "a,b",
    "[::1",
    "::1",
    "localhost:99999",
    "localhost:x",
    "256.256.256.256",
    "a%00b",
    "\u00e9",
  ])("is refused: the host %j", async (given) => {
    for (const line of [
      live,
      "GET /docs HTTP/1.1",
      "HEAD /health HTTP/1.1",
      "POST /nowhere HTTP/1.1",
    ]) {
      const { status } = await rawRequest(app.url, rawText([line, `Host: ${given}`]));
      expect([line, status]).toEqual([line, 400]);
    }
  });

  // security 107
  test("is refused: two hosts", async () => {
    for (const second of ["evil.example", "localhost"]) {
      const { status, code } = await rawRequest(app.url, rawText([live, host, `Host: ${second}`]));
      expect([second, status, code]).toEqual([second, 400, "VALIDATION_ERROR"]);
    }
  });

  test("a usual request is accepted: any plain host, and none in HTTP/1.0, as health checks send", async () => {
    for (const given of [
      "localhost",
      "LOCALHOST:8000",
      "my_service",
      "10.0.0.1:80",
      "[2001:db8::1]:443",
      "x",
    ]) {
      const { status } = await rawRequest(app.url, rawText([live, `Host: ${given}`]));
      expect([given, status]).toEqual([given, 200]);
    }
    const { text } = await app.call("GET", "/docs");
    const script = /src="([^"]+)"/.exec(text)?.[1] ?? "";
    const scriptPath = new URL(script, `${app.url}/docs`).pathname;
    for (const path of ["/health", "/health/live", "/verify-email?token=ab", scriptPath]) {
      const { status } = await rawRequest(app.url, `GET ${path} HTTP/1.0\r\n\r\n`);
      expect([path, status]).toEqual([path, 200]);
    }
  });
});

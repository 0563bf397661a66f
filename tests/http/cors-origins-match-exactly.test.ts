import { describe, expect, test } from "bun:test";

import { startTestApp, useTestApp } from "../support/test-app.ts";

const good = "https://good.example";
const other = "https://app.example:8443";
const me = "/api/v1/users/me";

describe("with allowed origins", () => {
  const app = useTestApp({ settings: { ALLOWED_ORIGINS: `${good},${other}` } });

  function preflight(path: string, origin: string, method = "POST") {
    return app.call("OPTIONS", path, {
      headers: {
        origin,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization,content-type",
      },
    });
  }

  test("the Vary header of a response is kept", async () => {
    const { text } = await app.call("GET", "/docs");
    const script = /src="([^"]+)"/.exec(text)?.[1] ?? "";
    const { status, headers } = await app.call("GET", script);
    expect([status, headers.get("vary")]).toEqual([200, "Origin, Accept-Encoding"]);
  });

  // security 117
  test.each([good, other])(
    "%s may read every kind of response, with credentials",
    async (origin) => {
      for (const [method, path, status] of [
        ["GET", "/health/live", 200],
        ["GET", me, 401],
        ["GET", "/nowhere", 404],
        ["PUT", me, 405],
        ["POST", "/api/v1/auth/login", 400],
        ["POST", "/oauth/token", 400],
      ] as const) {
        const { headers, ...answer } = await app.call(method, path, { headers: { origin } });
        expect([path, answer.status]).toEqual([path, status]);
        expect(headers.get("access-control-allow-origin")).toBe(origin);
        expect(headers.get("access-control-allow-credentials")).toBe("true");
        expect(headers.get("vary")).toContain("Origin");
      }
    },
  );

  test("scripts of an allowed origin may read the request id and the limits of a response", async () => {
    const { headers } = await app.call("GET", me, { headers: { origin: good } });
    expect(headers.get("access-control-expose-headers")?.split(", ").toSorted()).toEqual([
      "RateLimit-Limit",
      "RateLimit-Policy",
      "RateLimit-Remaining",
      "RateLimit-Reset",
      "Retry-After",
      "X-Request-Id",
    ]);
  });

  // security 117
  test.each([
    "https://good.example.evil.com",
    "https://evil-good.example",
    "https://evilgood.example",
    "https://sub.good.example",
    "https://good.example:443",
    "https://good.example:8443",
    "https://good.example/",
    "https://good.example.",
    "https://GOOD.example",
    "http://good.example",
    "https://app.example",
    "https://good.example, https://evil.example",
    "https://good.example https://evil.example",
    `${good}\u00e9`,
    "null",
    "*",
    "",
    "good.example",
    "file://",
  ])("%j may read no response", async (origin) => {
    const answers = [
      await app.call("GET", "/health/live", { headers: { origin } }),
      await app.call("GET", me, { headers: { origin } }),
      await preflight("/api/v1/auth/login", origin),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 405]);
    for (const { headers } of answers) {
      const names = [...headers.keys()].filter((name) => name.startsWith("access-control-"));
      expect(names).toEqual([]);
      expect(headers.get("vary")).toContain("Origin");
    }
  });

  test("a preflight allows all methods and the headers that requests need", async () => {
    for (const path of ["/api/v1/auth/login", me, "/oauth/token"]) {
      const { status, headers, text } = await preflight(path, good, "PATCH");
      expect([path, status, text]).toEqual([path, 204, ""]);
      expect(headers.get("access-control-allow-origin")).toBe(good);
      expect(headers.get("access-control-allow-methods")).toBe("GET, POST, PUT, PATCH, DELETE");
      expect(headers.get("access-control-allow-headers")).toBe(
        "Authorization, Content-Type, X-Request-Id, X-Requested-With, traceparent, tracestate",
      );
    }
  });

  test("Vary names Origin also where a response varies by encoding", async () => {
    const page = await app.call("GET", "/docs", { headers: { origin: good } });
    const script = /src="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const { status, headers } = await app.call("GET", new URL(script, `${app.url}/docs`).pathname);
    expect([status, headers.get("vary")]).toEqual([200, "Origin, Accept-Encoding"]);
  });
});

test("without allowed origins no response has a CORS header", async () => {
  await using app = await startTestApp();
  for (const [method, path] of [
    ["GET", "/health/live"],
    ["OPTIONS", me],
  ] as const) {
    const { headers } = await app.call(method, path, {
      headers: { origin: good, "access-control-request-method": "GET" },
    });
    expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
  }
});

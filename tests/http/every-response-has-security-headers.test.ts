import { beforeAll, describe, expect, test } from "bun:test";

import { goodPassword, signUp } from "../support/journey.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";
import type { Answer } from "../support/http-call.ts";

const form = { "content-type": "application/x-www-form-urlencoded" };
const strict = "default-src 'none'; frame-ancestors 'none'";

/** One response of every kind from a server whose origin is `https`, with its name and status. */
async function everyKind(app: TestApp): Promise<(readonly [string, number, Answer])[]> {
  const user = await signUp(app);
  const { hasher } = app.platform;
  const login = { email: user.email, password: goodPassword };
  const answers: [string, number, Answer][] = [
    ["health", 200, await app.call("GET", "/health")],
    ["tokens", 200, await app.post("/api/v1/auth/login", login)],
    ["personal data", 200, await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken })],
    [
      "created",
      201,
      await app.post("/api/v1/auth/register", { ...login, email: `x${user.email}` }),
    ],
    ["a validation error", 400, await app.post("/api/v1/auth/login", {})],
    ["an OAuth error", 400, await app.call("POST", "/oauth/token", { body: "a=b", headers: form })],
    ["not signed in", 401, await app.call("GET", "/api/v1/users/me")],
    ["unknown", 404, await app.call("GET", "/nowhere")],
    ["a wrong method", 405, await app.call("TRACE", "/health")],
    ["too large", 413, await app.post("/api/v1/auth/login", { email: "x".repeat(70_000) })],
    [
      "a wrong type",
      415,
      await app.call("POST", "/api/v1/auth/login", { body: "a", headers: form }),
    ],
    ["no body", 200, await app.call("HEAD", "/health")],
    ["the landing page", 200, await app.call("GET", "/")],
    ["Swagger", 200, await app.call("GET", "/docs")],
    ["ReDoc", 200, await app.call("GET", "/redoc")],
    ["the document", 200, await app.call("GET", "/openapi.json")],
    ["a page", 200, await app.call("GET", "/verify-email?token=x")],
    ["a preflight", 204, await app.call("OPTIONS", "/health", { headers: preflight })],
  ];
  const broken = { ...hasher, verify: () => Promise.reject(new TypeError("planted")) };
  Object.assign(app.platform, { hasher: broken });
  answers.push(["an internal error", 500, await app.post("/api/v1/auth/login", login)]);
  Object.assign(app.platform, { hasher });
  return answers;
}

const preflight = { origin: "https://app.example", "access-control-request-method": "GET" };

describe("every kind of response", () => {
  const app = useTestApp({
    settings: { PUBLIC_URL: "https://auth.example.com", ALLOWED_ORIGINS: "https://app.example" },
  });
  let answers: (readonly [string, number, Answer])[];

  beforeAll(async () => {
    answers = await everyKind(app);
  });

  test("has the expected status", () => {
    expect(answers.map(([name, , { status }]) => [name, status])).toEqual(
      answers.map(([name, status]) => [name, status]),
    );
  });

  // security 118
  test("has nosniff, no-referrer and HSTS headers", () => {
    for (const [name, , { headers }] of answers) {
      expect([name, headers.get("x-content-type-options")]).toEqual([name, "nosniff"]);
      expect([name, headers.get("referrer-policy")]).toEqual([name, "no-referrer"]);
      expect([name, headers.get("strict-transport-security")]).toEqual([
        name,
        "max-age=63072000; includeSubDomains",
      ]);
      expect([name, headers.get("x-request-id")]).toEqual([name, expect.stringMatching(/./)]);
    }
  });

  // security 118
  test("has a content security policy: strict, but for pages, which have their own and no frames either", () => {
    for (const [name, , { headers }] of answers) {
      const policy = headers.get("content-security-policy") ?? "";
      const isPage = headers.get("content-type")?.startsWith("text/html") ?? false;
      if (!isPage) expect([name, policy]).toEqual([name, strict]);
      expect([name, policy]).toEqual([name, expect.stringContaining("default-src 'none'")]);
      expect([name, policy]).toEqual([name, expect.stringContaining("frame-ancestors 'none'")]);
      expect([name, policy.includes("unsafe-eval"), policy.includes("*")]).toEqual([
        name,
        false,
        false,
      ]);
    }
  });

  // security 118
  test("names neither the server nor its version", () => {
    for (const [name, , { headers }] of answers) {
      const banners = ["server", "x-powered-by", "via", "x-aspnet-version"];
      expect([name, banners.filter((banner) => headers.has(banner))]).toEqual([name, []]);
      // A random value may contain any word.
      const fixed = [...headers].filter(
        ([header]) => header !== "x-request-id" && header !== "content-security-policy",
      );
      expect([name, JSON.stringify(fixed)]).not.toEqual([
        name,
        expect.stringMatching(/bun|elysia/i),
      ]);
    }
  });

  // security 118, and RFC 6749 §5.1
  test("is not cached, but for the OpenAPI document", () => {
    for (const [name, , { headers }] of answers) {
      if (name === "the document") continue;
      expect([name, headers.get("cache-control")]).toEqual([name, "no-store"]);
    }
  });
});

// A browser that once saw HSTS from http://localhost would use https for every service there.
test("no HSTS header is sent when the public URL is http", async () => {
  await using app = await startTestApp();
  for (const path of ["/health", "/docs", "/nowhere"]) {
    expect((await app.call("GET", path)).headers.has("strict-transport-security")).toBe(false);
  }
});

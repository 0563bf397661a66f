import { describe, expect, test } from "bun:test";

import { createApp } from "../../src/app/create-app.ts";
import { introspect, makeClient } from "../support/clients.ts";
import { callServer } from "../support/http-call.ts";
import { freshEmail, goodPassword, logIn, signUp } from "../support/journey.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

/** The access log so far, without what other log lines say. */
function accessLog(app: TestApp): Record<string, unknown>[] {
  return app.log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "request");
}

async function lineOf(app: TestApp, act: () => Promise<unknown>) {
  const before = accessLog(app).length;
  await act();
  return accessLog(app).slice(before);
}

describe("LOG_REQUESTS=true", () => {
  const app = useTestApp();

  test("a request is one line with its route template and its user, and nothing that it sent", async () => {
    const { accessToken, userId } = await signUp(app);
    const path = `/api/v1/users/me/sessions/${crypto.randomUUID()}?token=canary`;
    const [line, ...others] = await lineOf(app, () =>
      app.call("DELETE", path, { bearer: accessToken, headers: { "x-request-id": "mine-1" } }),
    );
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      level: "info",
      msg: "request",
      method: "DELETE",
      route: "/api/v1/users/me/sessions/:id",
      status: 404,
      request_id: "mine-1",
      client_address: "127.0.0.1",
      user_id: userId,
      ms: expect.any(Number),
      bytes: expect.any(Number),
    });
    expect(JSON.stringify(line)).not.toContain("canary");
  });

  test("a failed sign-in is logged, its e-mail address and password are not", async () => {
    const email = freshEmail();
    const [line] = await lineOf(app, () =>
      app.post("/api/v1/auth/login", { email, password: goodPassword }),
    );
    expect(line).toMatchObject({ route: "/api/v1/auth/login", status: 401, user_id: null });
    expect(JSON.stringify(line)).not.toContain(email);
  });

  test("health checks and successes of hot routes are left out, their failures are not", async () => {
    const { accessToken } = await signUp(app);
    const client = await makeClient(app);
    const lines = await lineOf(app, async () => {
      for (const path of ["/health", "/health/live", "/health/ready"]) await app.call("GET", path);
      await app.call("GET", "/api/v1/users/me", { bearer: accessToken });
      await app.call("GET", "/api/v1/auth/forward", { bearer: accessToken });
      await app.post("/api/v1/auth/validate-token", { token: accessToken });
      await introspect(app, client, accessToken);
      await app.call("GET", "/api/v1/users/me");
    });
    expect(lines.map(({ route, status }) => [route, status])).toEqual([["/api/v1/users/me", 401]]);
  });

  test("a refused forward-auth request names the user", async () => {
    const { accessToken, userId } = await signUp(app);
    const [line] = await lineOf(app, () =>
      app.call("GET", "/api/v1/auth/forward?role=admin", { bearer: accessToken }),
    );
    expect(line).toMatchObject({ route: "/api/v1/auth/forward", status: 403, user_id: userId });
  });

  test("a wrong method, and a refusal before routing, have the template of their path", async () => {
    const id = crypto.randomUUID();
    const lines = await lineOf(app, async () => {
      await app.call("PUT", "/api/v1/auth/login");
      await app.call("GET", "/api/v1/auth/validate-token");
      await app.call("PUT", `/api/v1/users/${id}/`);
      await fetch(`${app.url}/api/v1/users/${id}`, { headers: { host: "a b" } });
    });
    expect(lines.map(({ route, status }) => [route, status])).toEqual([
      ["/api/v1/auth/login", 405],
      ["/api/v1/auth/validate-token", 405],
      ["/api/v1/users/:id", 405],
      ["/api/v1/users/:id", 400],
    ]);
  });

  test("a preflight of a hot route is left out like its successes", async () => {
    const origin = "https://app.example";
    await using other = await startTestApp({ settings: { ALLOWED_ORIGINS: origin } });
    const headers = { origin, "access-control-request-method": "GET" };
    const lines = await lineOf(other, async () => {
      await other.call("OPTIONS", "/api/v1/users/me", { headers });
      await other.call("OPTIONS", "/api/v1/auth/login", { headers });
    });
    expect(lines.map(({ method, route, status }) => [method, route, status])).toEqual([
      ["OPTIONS", "/api/v1/auth/login", 204],
    ]);
  });

  test("a path without a route has no template, and its text is not logged", async () => {
    const [line] = await lineOf(app, () => app.call("GET", "/no-such-path-canary"));
    expect(line).toMatchObject({ route: null, status: 404 });
    expect(JSON.stringify(line)).not.toContain("canary");
  });

  test("the client address is the one that a trusted proxy names", async () => {
    await using other = await startTestApp({ settings: { TRUSTED_PROXIES: "127.0.0.0/8" } });
    const [line] = await lineOf(other, () =>
      other.call("GET", "/api/v1/users/me", { headers: { "x-forwarded-for": "203.0.113.9" } }),
    );
    expect(line).toMatchObject({ client_address: "203.0.113.9" });
  });
});

test("LOG_REQUESTS=all logs hot routes and health checks as well", async () => {
  await using app = await startTestApp({ settings: { LOG_REQUESTS: "all" } });
  const { accessToken, userId } = await signUp(app);
  const lines = await lineOf(app, async () => {
    await app.call("GET", "/health/live");
    await app.call("GET", "/api/v1/users/me", { bearer: accessToken });
    await app.post("/api/v1/auth/validate-token", { token: accessToken });
  });
  expect(lines).toMatchObject([
    { route: "/health/live", status: 200, user_id: null },
    { route: "/api/v1/users/me", status: 200, user_id: userId },
    { route: "/api/v1/auth/validate-token", status: 200, user_id: userId },
  ]);
  const { text } = await app.call("GET", "/api/v1/users/me", { bearer: accessToken });
  expect(accessLog(app).at(-1)).toMatchObject({ bytes: Buffer.byteLength(text) });
});

test("LOG_REQUESTS=false logs no request", async () => {
  await using app = await startTestApp({ settings: { LOG_REQUESTS: "false" } });
  const user = await signUp(app);
  await logIn(app, user);
  await app.call("GET", "/no-such-path");
  expect(accessLog(app)).toEqual([]);
});

// Failure: the log cannot be written, such as on a full disk.
test("a log that throws changes no response", async () => {
  await using app = await startTestApp();
  const { accessToken } = await signUp(app);
  const fail = () => {
    throw new Error("canary");
  };
  const log = { debug: fail, info: fail, warn: fail, error: fail, request: fail, record: fail };
  const { routes, fetch } = createApp(
    { ...app.platform, log },
    { phase: "serving", database: app.platform.database },
  );
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, routes, fetch });
  try {
    const call = (path: string) =>
      callServer(server.url.origin, "GET", path, { bearer: accessToken });
    const answers = [await call("/api/v1/users/me/sessions"), await call("/no-such-path")];
    expect(answers.map(({ status }) => status)).toEqual([200, 404]);
    expect(answers.map(({ headers }) => headers.has("x-request-id"))).toEqual([true, true]);
  } finally {
    await server.stop(true);
  }
});

import { expect, test } from "bun:test";

import { createPlatform } from "../../src/app/create-platform.ts";
import { serve } from "../../src/app/serve.ts";
import { callServer } from "../support/http-call.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startTestApp } from "../support/test-app.ts";

// An orchestrator starts everything at once, and the database may become available last.
test("while the database is unavailable at startup, health checks respond, and all other requests get 503 with Retry-After", async () => {
  await using ready = await startTestApp();
  const settings = { ...ready.platform.settings, allowedOrigins: ["https://app.example"] };
  const databaseUrl = "postgres://no-user@127.0.0.1:1/nothing";
  const starting = await serve(
    createPlatform({ ...settings, databaseUrl }, { log: quietLog, mailer: ready.mailer }),
  );
  starting.ready.catch(() => undefined);
  try {
    for (const [method, path] of [
      ["POST", "/api/v1/auth/login"],
      ["GET", "/api/v1/users/me"],
      ["GET", "/docs"],
      ["GET", "/nowhere"],
    ] as const) {
      const headers = { origin: "https://app.example" };
      const answer = await callServer(starting.url, method, path, { headers });
      expect([path, answer.status, answer.headers.get("retry-after")]).toEqual([path, 503, "1"]);
      expect(answer.json.error).toEqual({
        code: "UNAVAILABLE",
        message: "The service is starting.",
      });
      expect(answer.headers.get("x-request-id")).toMatch(/./);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      // Without it a page cannot distinguish this from a network error.
      expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example");
    }
    const token = await callServer(starting.url, "POST", "/oauth/token", {
      form: { grant_type: "x" },
    });
    expect([token.status, token.headers.get("retry-after"), token.json.error]).toEqual([
      503,
      "1",
      "temporarily_unavailable",
    ]);
    const navigation = { "sec-fetch-mode": "navigate" };
    const page = await callServer(starting.url, "GET", "/sign-in", { headers: navigation });
    expect([page.status, page.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(page.text).toContain("<h1>Please try again shortly</h1>");
    const statuses = ["/health", "/health/live", "/health/ready"].map(
      async (path) => (await callServer(starting.url, "GET", path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([503, 200, 503]);
  } finally {
    await starting.stop(0);
  }
});

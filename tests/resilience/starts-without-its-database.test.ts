import { expect, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { startPostgresServer } from "../support/postgres-server.ts";
import { startUnready } from "../support/test-app.ts";

// The bad day: everything boots at once, and the database is the slowest.
// security 142
test("responds 503 while the database is missing, and serves when it is there", async () => {
  const server = await startPostgresServer();
  await server.halt("fast");
  const app = await startUnready({ settings: { DATABASE_URL: server.url } });
  try {
    const health = await app.call("GET", "/health");
    expect([health.status, health.json.status, health.json.database]).toEqual([
      503,
      "unhealthy",
      "disconnected",
    ]);
    expect((await app.call("GET", "/health/live")).status).toBe(200);
    expect((await app.call("GET", "/health/ready")).status).toBe(503);
    const early = await app.post("/api/v1/auth/login", { email: "a@example.com", password: "x" });
    expect([early.status, early.json.error.code]).toEqual([503, "UNAVAILABLE"]);
    expect(Number(early.headers.get("retry-after"))).toBeGreaterThan(0);
    await eventually(
      () => app.log.filter((line) => line.includes("database not reachable, retrying")).length,
      (count) => count >= 2,
    );

    await server.resume();
    await app.server.ready;
    expect((await app.call("GET", "/health/ready")).status).toBe(200);
    expect((await signUp(app)).accessToken).toBeString();
  } finally {
    await app[Symbol.asyncDispose]();
    await server.stop();
  }
}, 120_000);

// Told to stop while it waits, it does not wait on.
test("stops while it waits for its database", async () => {
  const server = await startPostgresServer();
  await server.halt("fast");
  const app = await startUnready({ settings: { DATABASE_URL: server.url } });
  await eventually(
    () => app.log.some((line) => line.includes("database not reachable, retrying")),
    (isWaiting) => isWaiting,
  );
  await app.server.stop(0);
  expect(await app.server.stopped).toBe("stopped");
  await server.stop();
}, 60_000);

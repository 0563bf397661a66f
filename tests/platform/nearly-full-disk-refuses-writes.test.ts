import { expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword, logIn, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const mebibyte = 1024 * 1024;
let free = 100 * mebibyte;

const app = useTestApp({
  database: "embedded",
  overrides: { freeBytes: () => free },
});

/** Sets the free space, and waits until the service has noticed. */
async function setFree(mebibytes: number, writes: "refused" | undefined): Promise<void> {
  free = mebibytes * mebibyte;
  const noticed = await eventually(
    () => app.call("GET", "/health/ready"),
    ({ json }) => json.writes === writes,
  );
  expect([noticed.status, noticed.json.status, noticed.json.database]).toEqual([
    200,
    "healthy",
    "connected",
  ]);
}

// Bad day: another program fills the disk. Postgres would panic, and not start again.
// security 143
// security 150
test("below the reserve writes are refused with Retry-After and reads go on; with more space writes are accepted again", async () => {
  const user = await signUp(app);
  const uncached = await signUp(app);
  const refresh = { refresh_token: user.refreshToken };
  await setFree(7, "refused");

  for (const { accessToken: bearer } of [user, uncached]) {
    expect((await app.call("GET", "/api/v1/users/me", { bearer })).status).toBe(200);
    expect((await app.call("GET", "/api/v1/users/me/sessions", { bearer })).status).toBe(200);
  }
  const writes = [
    await logIn(app, user),
    await app.post("/api/v1/auth/refresh", refresh),
    await app.post("/api/v1/auth/register", { email: "a@example.com", password: goodPassword }),
    await app.post("/api/v1/auth/verify-email", { token: "A".repeat(43) }),
    await app.post("/api/v1/auth/password/reset", { email: user.email }),
  ];
  for (const { status, json, headers } of writes) {
    expect([status, json.error.code, headers.get("retry-after")]).toEqual([
      503,
      "UNAVAILABLE",
      "30",
    ]);
  }
  expect(app.log.filter((line) => line.includes("the disk is nearly full"))).toHaveLength(1);

  // Some more is not enough: otherwise each write would end it.
  await setFree(9, "refused");
  await setFree(11, undefined);
  expect((await logIn(app, user)).status).toBe(200);
  // Not ended by the refresh that was refused.
  expect((await app.post("/api/v1/auth/refresh", refresh)).status).toBe(200);
});

// security 150
test("a failed attempt while writes are refused is recorded afterwards", async () => {
  await setFree(1, "refused");
  const form = { token: "x", client_id: "unknown", client_secret: "wrong" };
  const failed = await app.call("POST", "/oauth/introspect", { form });
  expect(failed.status).toBe(401);
  await setFree(100, undefined);
  expect(await auditOf(app, failed)).toMatchObject([
    { action: "client.authenticated", result: "failure" },
  ]);
});

import { expect, test } from "bun:test";
import postgres from "postgres";

import { goodPassword, registerVerified } from "../support/journey.ts";
import { startTestApp } from "../support/test-app.ts";

// The bad day: an operator locks a table, and the second statement of each request waits for it.
// security 140
test("a sign-in whose last statement waits for a lock gets 503 while the lock is held, and works again", async () => {
  await using app = await startTestApp({ settings: { DATABASE_TIMEOUT: "1s" } });
  const user = await registerVerified(app);
  const operator = postgres(String(app.platform.settings.databaseUrl), { max: 1 });
  try {
    await operator.begin(async (sql) => {
      await sql`lock table audit_log in access exclusive mode`;
      const right = { email: user.email, password: goodPassword };
      const late = await app.post("/api/v1/auth/login", right);
      expect([late.status, late.json.error.code]).toEqual([503, "UNAVAILABLE"]);
      // A failed attempt is recorded after the response.
      const wrong = await app.post("/api/v1/auth/login", { ...right, password: "wrong" });
      expect([wrong.status, wrong.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);
    });
  } finally {
    await operator.end();
  }
  const answer = await app.post("/api/v1/auth/login", {
    email: user.email,
    password: goodPassword,
  });
  expect(answer.status).toBe(200);
  expect(await app.rows("select action from audit_log where result = 'failure'")).toEqual([
    { action: "user.login" },
  ]);
}, 20_000);

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
      for (const password of [goodPassword, "wrong"]) {
        const answer = await app.post("/api/v1/auth/login", { email: user.email, password });
        expect([answer.status, answer.json.error.code]).toEqual([503, "UNAVAILABLE"]);
      }
    });
  } finally {
    await operator.end();
  }
  const answer = await app.post("/api/v1/auth/login", {
    email: user.email,
    password: goodPassword,
  });
  expect(answer.status).toBe(200);
}, 20_000);

import { expect, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword, logIn, mailTo, signUp } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

/** Every call of the journey once, its failures too, each with names and values of its own. */
async function goOnJourney(app: TestApp): Promise<void> {
  const user = await signUp(app, { username: `u${Bun.randomUUIDv7().slice(-12)}`, name: "Ada" });
  const { accessToken, refreshToken, email, password } = user;
  await app.call("GET", "/api/v1/users/me", { bearer: accessToken });
  await app.post("/api/v1/auth/validate-token", { token: accessToken });
  await logIn(app, { email, password: "wrong-password" });
  await logIn(app, { email: freshEmail(), password });
  await app.post("/api/v1/auth/refresh", { refresh_token: refreshToken });
  await app.post("/api/v1/auth/refresh", { refresh_token: refreshToken });
  await app.call("POST", "/oauth/token", {
    form: { grant_type: "password", username: email, password },
  });
  await app.call("POST", "/api/v1/auth/logout", { bearer: accessToken });
  const other = await logIn(app, user);
  await app.call("POST", "/api/v1/auth/logout-all", { bearer: other.json.data.access_token });

  const newcomer = freshEmail();
  await app.post("/api/v1/auth/register", { email: newcomer, password: goodPassword });
  await app.post("/api/v1/auth/register", { email: newcomer, password: goodPassword });
  await mailTo(app, newcomer);
  await app.post("/api/v1/auth/resend-verification", { email: newcomer });
  const { code, token } = await mailTo(app, newcomer, 2);
  await app.post("/api/v1/auth/verify", { email: newcomer, code: "000000" });
  await app.post("/api/v1/auth/verify", { email: newcomer, code });
  await app.post("/api/v1/auth/verify-email", { token });
}

async function preparedStatements(app: TestApp): Promise<string[]> {
  const rows = await app.rows("select statement from pg_prepared_statements order by 1");
  return rows.map((row) => String(row["statement"]));
}

// The trap: a name or value in a statement's text that differs from call to call. Each call is then planned anew, and the
// server keeps every text for as long as the connection lives.
test("the journey's statements are few, and their texts do not change", async () => {
  await using app = await startTestApp({ settings: { DATABASE_POOL_SIZE: "1" } });
  await goOnJourney(app);
  // What seals the audit log works by the clock: its statements are the journey's as well.
  const unsealed = () => app.rows("select 1 from audit_log where sequence is null");
  await eventually(unsealed, (rows) => rows.length === 0);
  const first = await preparedStatements(app);
  for (let round = 0; round < 5; round += 1) await goOnJourney(app);
  const later = await preparedStatements(app);

  expect(first.length).toBeGreaterThan(10);
  expect(first.length).toBeLessThan(60);
  expect(later.filter((text) => !first.includes(text))).toEqual([]);
  expect(later.length).toBe(new Set(later).size);
  // What users send is never part of a text.
  expect(later.filter((text) => /example\.com|Ada|\$2[aby]\$/.test(text))).toEqual([]);
});

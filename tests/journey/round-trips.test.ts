import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { type App, createApp } from "../../src/app/create-app.ts";
import { createPlatform, type RunningPlatform } from "../../src/app/create-platform.ts";
import { freshEmail, goodPassword, mailTo, type SignedInUser, signUp } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

// Each statement is a round trip, and most of what a request takes when the database is a network away.
describe("round trips to the database", () => {
  let served: TestApp;
  let platform: RunningPlatform;
  let app: App;
  let user: SignedInUser;
  let statements = 0;

  // A second application on the same database, which nothing but the counted requests uses: no workers, no health checks.
  beforeAll(async () => {
    served = await startTestApp();
    user = await signUp(served, { username: "round-tripper" });
    platform = createPlatform(served.platform.settings, {
      log: served.platform.log,
      mailer: served.mailer,
      onStatement: () => {
        statements += 1;
      },
    });
    app = createApp(platform, { phase: "serving", database: platform.database });
  });

  afterAll(async () => {
    await platform.database.close();
    await served[Symbol.asyncDispose]();
  });

  async function count(path: string, status: number, json?: unknown): Promise<number> {
    const before = statements;
    const request = new Request(`http://localhost${path}`, {
      method: json === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${user.accessToken}`, "content-type": "application/json" },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const answer = await app.handle(request);
    expect([path, answer.status]).toEqual([path, status]);
    return statements - before;
  }

  test("a registration takes 3 at most", async () => {
    const email = freshEmail();
    const registration = { email, password: goodPassword, username: "newcomer" };
    expect(await count("/api/v1/auth/register", 201, registration)).toBeWithin(1, 4);
    expect(await count("/api/v1/auth/register", 400, registration)).toBeWithin(1, 4);
    const { token } = await mailTo(served, email);
    expect(await count("/api/v1/auth/verify-email", 200, { token })).toBeWithin(1, 4);
    expect(await count("/api/v1/auth/resend-verification", 202, { email })).toBe(1);
  });

  test("a log-in takes 3 at most, whether it succeeds or not", async () => {
    const { email, password } = user;
    expect(await count("/api/v1/auth/login", 200, { email, password })).toBeWithin(1, 4);
    const byName = { username: "round-tripper", password };
    expect(await count("/api/v1/auth/login", 200, byName)).toBeWithin(1, 4);
    const wrong = { email, password: "wrong-password" };
    expect(await count("/api/v1/auth/login", 401, wrong)).toBeWithin(1, 4);
  });

  test("a refresh takes 2 at most, repeated within the grace as well", async () => {
    const refresh = { refresh_token: user.refreshToken };
    expect(await count("/api/v1/auth/refresh", 200, refresh)).toBeWithin(1, 3);
    expect(await count("/api/v1/auth/refresh", 200, refresh)).toBeWithin(1, 3);
  });

  test("asking who one is, and whether a token is valid, takes 1", async () => {
    expect(await count("/api/v1/users/me", 200)).toBe(1);
    const question = { token: user.accessToken };
    expect(await count("/api/v1/auth/validate-token", 200, question)).toBe(1);
    const forged = { token: `${user.accessToken}x` };
    expect(await count("/api/v1/auth/validate-token", 401, forged)).toBe(0);
  });
});

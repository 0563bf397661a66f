import { beforeAll, describe, expect, test } from "bun:test";

import { signUpInBrowser, statusInBrowser } from "../support/browser-session.ts";
import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import {
  freshEmail,
  goodPassword,
  logIn,
  mailTo,
  type SignedInUser,
  signUp,
} from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

// Each statement is a round trip, and most of what a request takes when the database is a network away.
describe("round trips to the database", () => {
  const served = useTestApp();
  let counted: CountedApp;
  let user: SignedInUser;

  beforeAll(async () => {
    user = await signUp(served, { username: "round-tripper" });
    counted = createCountedApp(served);
    served.defer(() => counted[Symbol.asyncDispose]());
  });

  // A web app behind the proxy has every page, script and picture of it checked.
  test("verifying the cookie of a browser session takes 1 the first time, and then 0", async () => {
    await counted.platform.changes.start();
    const { token } = await signUpInBrowser(served);
    const statements = async (status: number, cookie: string): Promise<number> => {
      const before = counted.statements;
      expect(await statusInBrowser(counted, cookie)).toBe(status);
      return counted.statements - before;
    };
    expect([await statements(200, token), await statements(200, token)]).toEqual([1, 0]);
    expect(await statements(401, "x".repeat(43))).toBe(1);
    expect(await statements(401, "malformed")).toBe(0);
  });

  async function count(path: string, status: number, json?: unknown): Promise<number> {
    const before = counted.statements;
    const method = json === undefined ? "GET" : "POST";
    const answer = await counted.call(method, path, { bearer: user.accessToken, json });
    expect([path, answer.status]).toEqual([path, status]);
    return counted.statements - before;
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

  test("a sign-in takes 3 at most, whether it succeeds or not", async () => {
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

  // What other services request for each of their own requests.
  test("verifying a token takes 1 the first time, and then 0", async () => {
    await counted.platform.changes.start();
    const me = () => count("/api/v1/users/me", 200);
    const forward = () => count("/api/v1/auth/forward?role=user", 200);
    const validate = () => count("/api/v1/auth/validate-token", 200, { token: user.accessToken });
    const userinfo = () => count("/oauth/userinfo", 200);
    for (const ask of [me, forward, validate, userinfo]) {
      user = { ...user, accessToken: (await logIn(served, user)).json.data.access_token };
      const first = await ask();
      const later = [await me(), await forward(), await validate(), await userinfo()];
      expect([first, ...later]).toEqual([1, 0, 0, 0, 0]);
    }
    const forged = { token: `${user.accessToken}x` };
    expect(await count("/api/v1/auth/validate-token", 401, forged)).toBe(0);
  });

  test("while change notifications are lost, verifying a token takes 1 each time", async () => {
    await counted.platform.changes.start();
    expect(await count("/api/v1/users/me", 200)).toBeWithin(0, 2);
    expect(await count("/api/v1/users/me", 200)).toBe(0);
    await counted.platform.changes.stop();
    expect(await count("/api/v1/users/me", 200)).toBe(1);
    expect(await count("/api/v1/auth/forward", 200)).toBe(1);
    expect(await count("/api/v1/auth/validate-token", 200, { token: user.accessToken })).toBe(1);
  });
});

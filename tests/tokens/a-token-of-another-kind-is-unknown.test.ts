import { beforeAll, expect, test } from "bun:test";

import { type SignedInUser, signUp } from "../support/journey.ts";
import { errorOf } from "../support/provider-journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { JWT_ALGORITHM: "RS256" } });
let user: SignedInUser;

beforeAll(async () => {
  user = await signUp(app, { name: "A name of an ordinary length" });
});

// An access token is the longest: with RS256 it has about 900 characters.
// security 24
test.each([
  ["/api/v1/auth/verify-email", {}, "token"],
  ["/api/v1/auth/magic-link/verify", {}, "token"],
  ["/api/v1/auth/password/reset-confirm", { password: "Another-Password-123!" }, "token"],
  ["/api/v1/auth/email/change-confirm", {}, "token"],
  ["/api/v1/auth/oauth/exchange", {}, "code"],
  ["/api/v1/auth/refresh", {}, "refresh_token"],
  ["/api/v1/auth/2fa/verify", { code: "123456" }, "mfa_token"],
])("%s answers an access token as an unknown token", async (path, more, field) => {
  expect(user.accessToken.length).toBeGreaterThan(512);
  for (const token of [user.accessToken, "unknown"]) {
    const answer = await app.post(path, { ...more, [field]: token });
    expect([path, ...errorOf(answer)]).toEqual([path, 401, "INVALID_TOKEN"]);
  }
  expect((await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken })).status).toBe(
    200,
  );
});

import { expect, test } from "bun:test";
import { decodeProtectedHeader, jwtVerify, SignJWT } from "jose";

import { signUp } from "../support/journey.ts";
import { startTestApp } from "../support/test-app.ts";

// Our own few lines of JWS (docs/decisions/0009) against the library that others verify our tokens with.
// security 29, 34
test("jose verifies issued tokens, and tokens that jose signs with the key are accepted", async () => {
  await using app = await startTestApp();
  const { settings } = app.platform;
  const secret = new TextEncoder().encode(settings.jwtSecretKey);
  const user = await signUp(app);

  const { payload, protectedHeader } = await jwtVerify(user.accessToken, secret, {
    algorithms: ["HS256"],
    typ: "at+jwt",
    issuer: settings.jwtIssuer,
    audience: settings.jwtAudience,
  });
  expect(payload).toMatchObject({
    sub: user.userId,
    email: user.email,
    roles: ["user"],
    amr: ["pwd"],
  });
  const refresh = await jwtVerify(user.refreshToken, secret, { typ: "rt+jwt" });
  expect(Object.keys(refresh.payload).toSorted()).toEqual([
    "exp",
    "iat",
    "iss",
    "jti",
    "sid",
    "sub",
  ]);

  const again = await new SignJWT({ ...payload, jti: "another-token-identifier" })
    .setProtectedHeader({ ...decodeProtectedHeader(user.accessToken), alg: protectedHeader.alg })
    .sign(secret);
  const me = await app.call("GET", "/api/v1/users/me", { bearer: again });
  expect([me.status, me.json.data.id]).toEqual([200, user.userId]);
});

import { expect, test } from "bun:test";

import { issueAccessToken } from "../../src/features/tokens/index.ts";
import { decodeToken } from "../support/forge-token.ts";
import { logIn, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const count = 10_000;
const app = useTestApp();

// security 34
test("10,000 access tokens of one session have 10,000 identifiers of 128 bits", async () => {
  const subject = {
    userId: "u",
    sessionId: "s",
    email: "e",
    emailVerified: true,
    roles: [],
    amr: [],
    authenticatedAt: new Date(),
    grant: null,
  };
  const notAfter = new Date(Date.now() + 60_000);
  const issued = await Promise.all(
    Array.from({ length: count }, () => issueAccessToken(app.platform, subject, notAfter)),
  );
  const ids = issued.map(({ token }) => String(decodeToken(token).claims["jti"]));
  expect(new Set(ids).size).toBe(count);
  expect(ids.every((id) => Buffer.from(id, "base64url").length >= 16)).toBe(true);
});

// security 34. Session ids are such ids; all of one time, as when replicas open sessions at once.
test("10,000 ids of one millisecond are unique", () => {
  const time = new Date();
  const ids = Array.from({ length: count }, () => app.platform.random.id(time));
  expect(new Set(ids).size).toBe(count);
});

// security 34
test("both tokens have the documented claims and no others", async () => {
  const user = await signUp(app);
  const other = await logIn(app, user);
  const access = decodeToken(user.accessToken);
  const refresh = decodeToken(user.refreshToken);

  expect(access.header).toEqual({ alg: "HS256", typ: "at+jwt", kid: expect.any(String) });
  expect(access.claims).toEqual({
    iss: "http://localhost:8000",
    aud: "gatehouse",
    client_id: "gatehouse",
    sub: user.userId,
    sid: expect.any(String),
    jti: expect.any(String),
    iat: expect.any(Number),
    exp: Number(access.claims["iat"]) + 86_400,
    email: user.email,
    email_verified: true,
    roles: ["user"],
    amr: ["pwd"],
    acr: "urn:gatehouse:1fa",
    auth_time: expect.any(Number),
  });
  expect(refresh.header).toEqual({ alg: "HS256", typ: "rt+jwt", kid: expect.any(String) });
  expect(refresh.claims).toEqual({
    iss: "http://localhost:8000",
    sub: user.userId,
    sid: access.claims["sid"],
    jti: expect.any(String),
    iat: expect.any(Number),
    exp: Number(refresh.claims["iat"]) + 7 * 86_400,
  });
  expect(refresh.claims["jti"]).not.toBe(access.claims["jti"]);
  expect(decodeToken(other.json.data.access_token).claims["sid"]).not.toBe(access.claims["sid"]);
});

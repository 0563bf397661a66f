import { expect, test } from "bun:test";

import { clientToken, introspect, makeClient } from "../support/clients.ts";
import { decodeToken, forgeToken, hmac } from "../support/forge-token.ts";
import { signUp } from "../support/journey.ts";
import { refresh, statusOfMe } from "../support/session-calls.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { JWT_ACCESS_TOKEN_TTL: "1h" } });

/** The token with other dates, signed with the right secret. */
function redated(one: TestApp, token: string, change: { iat?: number; exp?: number }): string {
  const { header, claims } = decodeToken(token);
  return forgeToken(
    { header, claims: { ...claims, ...change } },
    hmac(one.platform.settings.jwtSecretKey),
  );
}

// The attack: someone who has the secret for an hour signs a token that lives for a year.
// security 160
test("a user's token that lives longer than JWT_ACCESS_TOKEN_TTL is refused, also one from the future", async () => {
  const user = await signUp(app);
  const { iat } = decodeToken(user.accessToken).claims;
  const issuedAt = Number(iat);
  const change = (dates: { iat?: number; exp?: number }) =>
    statusOfMe(app, redated(app, user.accessToken, dates));
  expect(await change({ exp: issuedAt + 3600 })).toBe(200);
  expect(await change({ exp: issuedAt + 3601 })).toBe(401);
  expect(await change({ iat: issuedAt - 1 })).toBe(401);
  expect(await change({ exp: 253_402_300_799 })).toBe(401);
  const farAhead = issuedAt + 31_536_000;
  expect(await change({ iat: farAhead, exp: farAhead + 3600 })).toBe(401);
  expect(await change({ iat: issuedAt + 40, exp: issuedAt + 3640 })).toBe(200);
});

// security 160
test("a client's token that lives longer than JWT_ACCESS_TOKEN_TTL is refused", async () => {
  const client = await makeClient(app);
  const token = await clientToken(app, client);
  const { iat } = decodeToken(token).claims;
  const isActive = async (exp: number) =>
    (await introspect(app, client, redated(app, token, { exp }))).json.active;
  expect(await isActive(Number(iat) + 3600)).toBe(true);
  expect(await isActive(Number(iat) + 3601)).toBe(false);
});

// Documented in docs/keys.md: a shorter life holds for tokens that were issued before as well; their sessions continue.
test("after JWT_ACCESS_TOKEN_TTL is lowered longer-lived tokens are refused, and their refresh tokens work", async () => {
  const user = await signUp(app);
  const lowered = await app.replica({ JWT_ACCESS_TOKEN_TTL: "15m", JWT_REFRESH_TOKEN_TTL: "1d" });
  expect(await statusOfMe(lowered, user.accessToken)).toBe(401);
  const renewed = await refresh(lowered, user.refreshToken);
  expect(renewed.status).toBe(200);
  expect(await statusOfMe(lowered, renewed.json.data.access_token)).toBe(200);
  expect(await statusOfMe(app, renewed.json.data.access_token)).toBe(200);
});

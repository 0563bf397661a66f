import { beforeAll, expect, test } from "bun:test";

import { introspect, makeClient } from "../support/clients.ts";
import { decodeToken } from "../support/forge-token.ts";
import {
  freshEmail,
  goodPassword,
  logIn,
  mailTo,
  type SignedInUser,
  signUp,
} from "../support/journey.ts";
import { refresh } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });
let verified: SignedInUser;
let unverified: SignedInUser;

/** Registers, which signs in without verification here. */
async function registered(): Promise<SignedInUser> {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const { user_id: userId, access_token, refresh_token } = answer.json.data;
  const tokens = { accessToken: access_token, refreshToken: refresh_token };
  return { userId, email, password: goodPassword, ...tokens };
}

beforeAll(async () => {
  verified = await signUp(app);
  unverified = await registered();
});

// Attack: a user registers another person's address, and an application admits them as that person.
// security 156
test("access tokens say whether the address is verified, also after it was", async () => {
  const claimsOf = (token: string) => decodeToken(token).claims;
  expect(claimsOf(verified.accessToken)).toMatchObject({
    email: verified.email,
    email_verified: true,
  });
  expect(claimsOf(unverified.accessToken)).toMatchObject({
    email: unverified.email,
    email_verified: false,
  });
  const late = await registered();
  const renewed = await refresh(app, late.refreshToken);
  expect(claimsOf(renewed.json.data.access_token)).toMatchObject({ email_verified: false });
  const { token } = await mailTo(app, late.email);
  await app.post("/api/v1/auth/verify-email", { token });
  const again = await refresh(app, renewed.json.data.refresh_token);
  expect(claimsOf(again.json.data.access_token)).toMatchObject({ email_verified: true });
});

// security 156
test("introspection says so too, and an address that is not verified is no username", async () => {
  const client = await makeClient(app);
  for (const [user, isVerified] of [
    [verified, true],
    [unverified, false],
  ] as const) {
    const username = isVerified ? user.email : undefined;
    const { json } = await introspect(app, client, user.accessToken);
    expect([json.active, json.email, json.email_verified, json.username]).toEqual([
      true,
      user.email,
      isVerified,
      username,
    ]);
    const ofRefresh = await introspect(app, client, user.refreshToken);
    expect([ofRefresh.json.active, ofRefresh.json.email, ofRefresh.json.username]).toEqual([
      true,
      undefined,
      username,
    ]);
  }
});

// security 156
test("so do validate-token, the user's own data and the token response", async () => {
  for (const [user, email_verified] of [
    [verified, true],
    [unverified, false],
  ] as const) {
    const { email, accessToken: bearer, password } = user;
    const validated = await app.post("/api/v1/auth/validate-token", { token: bearer });
    expect(validated.json.data).toMatchObject({ email, email_verified });
    const me = await app.call("GET", "/api/v1/users/me", { bearer });
    expect(me.json.data).toMatchObject({ email, email_verified });
    const answer = await logIn(app, { email, password });
    expect(answer.json.data.user).toMatchObject({ email, email_verified });
  }
});

// security 156
test("forward-auth names no address that is not verified, in any of its headers", async () => {
  const forward = (bearer: string) => app.call("GET", "/api/v1/auth/forward", { bearer });
  const named = await forward(verified.accessToken);
  expect(named.headers.get("x-auth-email")).toBe(verified.email);
  const unnamed = await forward(unverified.accessToken);
  expect([unnamed.status, unnamed.headers.get("x-auth-user-id")]).toEqual([200, unverified.userId]);
  expect(unnamed.headers.has("x-auth-email")).toBe(false);
  expect(JSON.stringify([...unnamed.headers])).not.toContain(unverified.email);
});

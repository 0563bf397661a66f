import { afterAll, expect, test } from "bun:test";

import { decodeToken, forgeToken, hmac } from "../support/forge-token.ts";
import { mailTo, signUp, type SignedInUser } from "../support/journey.ts";
import { refresh, refreshGrant } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";
import { absurd, absurdAccess } from "./forged-claims.ts";
import { confused, type Genuine, misled, unsigned } from "./forged-headers.ts";

const app = useTestApp();
let keysAskedFor = 0;
const keyServer = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => {
    keysAskedFor += 1;
    return Response.json({ keys: [] });
  },
});

afterAll(() => keyServer.stop(true));

/** A body holds at most this many characters of a token; more is a fault of the body. */
const longestParameter = 8192;

function genuine(token: string): Genuine {
  const secret = app.platform.settings.jwtSecretKey;
  return { token, ...decodeToken(token), secret, keyServerUrl: keyServer.url.origin };
}

async function answersToAccess(token: string) {
  const me = await app.call("GET", "/api/v1/users/me", { bearer: token });
  const validated = await app.post("/api/v1/auth/validate-token", { token });
  return [me.status, me.json.error.code, validated.status, validated.json.error.code];
}

async function answersToRefresh(token: string) {
  const refreshed = await refresh(app, token);
  const granted = await refreshGrant(app, token);
  return [refreshed.status, refreshed.json.error.code, granted.status, granted.json.error];
}

const refusedAccess = [401, "INVALID_TOKEN", 401, "INVALID_TOKEN"];
const refusedRefresh = [401, "INVALID_TOKEN", 400, "invalid_grant"];

/** Attack: a forgery leaves something behind, though it was refused. */
async function expectUnharmed({ userId, accessToken, refreshToken }: SignedInUser) {
  expect(keysAskedFor).toBe(0);
  expect(app.log.filter((line) => line.includes("request failed"))).toEqual([]);
  const audited = `select action from audit_log where user_id = '${userId}' and action like 'session.%'`;
  expect(await app.rows(audited)).toEqual([]);
  const me = await app.call("GET", "/api/v1/users/me", { bearer: accessToken });
  expect([me.status, me.json.data.id]).toEqual([200, userId]);
  expect((await refresh(app, refreshToken)).status).toBe(200);
}

// That the forger forges well: what follows is refused for its one fault alone.
test("the same tokens, decoded and signed again with the secret, are accepted", async () => {
  const user = await signUp(app);
  const again = (token: string) => {
    const { header, claims, secret } = genuine(token);
    return forgeToken({ header, claims }, hmac(secret));
  };
  const me = await app.call("GET", "/api/v1/users/me", { bearer: again(user.accessToken) });
  expect(me.status).toBe(200);
  expect((await refresh(app, again(user.refreshToken))).status).toBe(200);
});

// security 26, 27, 28, 30
test.each([
  ["unsigned", unsigned],
  ["of a confused algorithm", confused],
  ["of a misleading header", misled],
  ["of absurd claims", absurd],
])("tokens %s are refused, as access and as refresh tokens", async (_name, forgeries) => {
  const user = await signUp(app);
  for (const [name, forge] of forgeries) {
    const access = forge(genuine(user.accessToken));
    expect([name, ...(await answersToAccess(access))]).toEqual([name, ...refusedAccess]);
    const refreshToken = forge(genuine(user.refreshToken));
    expect([name, ...(await answersToRefresh(refreshToken))]).toEqual([
      name,
      ...(refreshToken.length > longestParameter
        ? [...refusedRefresh.slice(0, 2), 400, "invalid_request"]
        : refusedRefresh),
    ]);
  }
  await expectUnharmed(user);
});

// security 30
test("access tokens without their required claims are refused", async () => {
  const user = await signUp(app);
  for (const [name, forge] of absurdAccess) {
    expect([name, ...(await answersToAccess(forge(genuine(user.accessToken))))]).toEqual([
      name,
      ...refusedAccess,
    ]);
  }
  await expectUnharmed(user);
});

// security 30
test("an expired token has another code than an invalid one, and there is no leeway", async () => {
  const user = await signUp(app);
  const justNow = Math.floor(Date.now() / 1000);
  const expired = (token: string): string => {
    const { header, claims, secret } = genuine(token);
    return forgeToken({ header, claims: { ...claims, exp: justNow } }, hmac(secret));
  };
  expect(await answersToAccess(expired(user.accessToken))).toEqual([
    401,
    "EXPIRED_TOKEN",
    401,
    "EXPIRED_TOKEN",
  ]);
  expect(await answersToRefresh(expired(user.refreshToken))).toEqual([
    401,
    "EXPIRED_TOKEN",
    400,
    "invalid_grant",
  ]);
});

// security 29
test("no kind of token is accepted as another", async () => {
  const user = await signUp(app);
  const verification = (await mailTo(app, user.email)).token;
  expect(decodeToken(user.accessToken).header["typ"]).toBe("at+jwt");
  expect(decodeToken(user.refreshToken).header["typ"]).toBe("rt+jwt");

  expect(await answersToAccess(user.refreshToken)).toEqual(refusedAccess);
  expect(await answersToAccess(verification)).toEqual(refusedAccess);
  expect(await answersToRefresh(user.accessToken)).toEqual(refusedRefresh);
  expect(await answersToRefresh(verification)).toEqual(refusedRefresh);
  for (const token of [user.accessToken, user.refreshToken]) {
    const verified = await app.post("/api/v1/auth/verify-email", { token });
    expect([400, 401]).toContain(verified.status);
  }
  await expectUnharmed(user);
});

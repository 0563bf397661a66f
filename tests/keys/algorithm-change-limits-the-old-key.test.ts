import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { rotateKeys } from "../../src/features/keys/index.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { decodeToken, forgeToken, hmac } from "../support/forge-token.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { race } from "../support/race.ts";
import { refresh, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

afterEach(() => {
  setSystemTime();
});

const hour = 3600;
const settings = { JWT_ACCESS_TOKEN_TTL: "1h", JWT_REFRESH_TOKEN_TTL: "2d" };
const asEdDsa = { JWT_ALGORITHM: "EdDSA" };

/** What someone signs who has the secret of the settings. */
function forgedWithSecret(app: TestApp, token: string, change: Record<string, unknown>): string {
  const { header, claims } = decodeToken(token);
  return forgeToken(
    { header, claims: { ...claims, ...change } },
    hmac(app.platform.settings.jwtSecretKey),
  );
}

/** Seconds since 1970 at which the last change of the algorithm took effect. */
async function changedAt(app: TestApp): Promise<number> {
  const [row] = await app.rows(
    "select extract(epoch from active_from)::int as at from signing_algorithms order by generation desc limit 1",
  );
  return Number(row?.["at"]);
}

function algorithmOf(token: string): unknown {
  return decodeToken(token).header["alg"];
}

async function tokensOf(app: TestApp, user: SignedInUser) {
  return (await logIn(app, user)).json.data;
}

describe.each([...databaseKinds])("on %s, after a change from HS256 to EdDSA", (database) => {
  // security 160
  test("the secret verifies what it signed before the change, and nothing with a later date", async () => {
    await using app = await startTestApp({ database, settings });
    const user = await signUp(app);
    // The embedded database has one process at a time.
    if (database === "embedded") await app.server.stop(0);
    const after = await app.replica({ ...settings, ...asEdDsa });
    expect(await statusOfMe(after, user.accessToken)).toBe(200);
    expect(algorithmOf((await tokensOf(after, user)).access_token)).toBe("EdDSA");

    const change = await changedAt(after);
    const lasting = (iat: number) =>
      forgedWithSecret(after, user.accessToken, { iat, exp: iat + hour });
    expect(await statusOfMe(after, lasting(change - 1))).toBe(200);
    for (const iat of [change, change + 1, change + 30]) {
      expect(await statusOfMe(after, lasting(iat))).toBe(401);
    }
    const validated = await after.post("/api/v1/auth/validate-token", { token: lasting(change) });
    expect([validated.status, validated.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
    // One life after the change, however it is dated.
    setSystemTime((change + hour) * 1000);
    expect(await statusOfMe(after, lasting(change - 1))).toBe(401);
    expect(
      await statusOfMe(
        after,
        forgedWithSecret(after, user.accessToken, { iat: change - 1, exp: change + 9 * hour }),
      ),
    ).toBe(401);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // The session is checked in the database: a change of the algorithm signs no user out.
  // part of security 160
  test("a refresh token from before the change works until it expires, and one with a later date does not", async () => {
    await using app = await startTestApp({ database, settings });
    const [early, late] = [await signUp(app), await signUp(app)];
    const after = await app.replica({ ...settings, ...asEdDsa });
    const change = await changedAt(after);
    const redated = forgedWithSecret(after, early.refreshToken, { iat: change });
    expect((await refresh(after, redated)).status).toBe(401);
    const renewed = await refresh(after, early.refreshToken);
    expect([renewed.status, algorithmOf(renewed.json.data.refresh_token)]).toEqual([200, "EdDSA"]);
    setSystemTime((change + 30 * hour) * 1000);
    expect((await refresh(after, late.refreshToken)).status).toBe(200);
    setSystemTime((change + 49 * hour) * 1000);
    expect((await refresh(after, late.refreshToken)).status).toBe(401);
  });
});

// security 160
test("after a change from EdDSA to HS256 the key pair verifies only what it signed before", async () => {
  await using app = await startTestApp({ settings: { ...settings, ...asEdDsa } });
  const user = await signUp(app);
  const { keyRing, signer } = app.platform;
  const oldKey = keyRing.current();
  expect(oldKey.algorithm).toBe("EdDSA");
  // What the pair signs for someone who keeps it after the change.
  const sign = (iat: number) => {
    const stopped = { ...decodeToken(user.accessToken).claims, iat, exp: iat + hour };
    return signer.sign("at+jwt", stopped);
  };
  const now = Math.floor(Date.now() / 1000);
  const [before, later] = [await sign(now - 1), await sign(now + 30)];
  const after = await app.replica({ ...settings, JWT_ALGORITHM: "HS256" });
  expect(await changedAt(after)).toBeLessThan(now + 30);
  expect(await statusOfMe(after, user.accessToken)).toBe(200);
  expect(await statusOfMe(after, before)).toBe(200);
  expect(await statusOfMe(after, later)).toBe(401);
  expect(algorithmOf((await tokensOf(after, user)).access_token)).toBe("HS256");
});

// security 160
test("the secret of an installation that has never signed with it verifies nothing", async () => {
  await using app = await startTestApp({ settings: { ...settings, ...asEdDsa } });
  const user = await signUp(app);
  const symmetric = await startTestApp({ settings });
  await using _ = symmetric;
  const { header } = decodeToken((await signUp(symmetric)).accessToken);
  const { claims } = decodeToken(user.accessToken);
  const forged = forgeToken({ header, claims }, hmac(app.platform.settings.jwtSecretKey));
  expect(await statusOfMe(app, forged)).toBe(401);
});

// The bad day: replicas are replaced one by one, and the old ones serve users meanwhile.
// part of security 160
test("replicas with the old setting sign with the new algorithm as soon as one with the new setting starts", async () => {
  await using app = await startTestApp({ settings });
  const user = await signUp(app);
  const after = await app.replica({ ...settings, ...asEdDsa });
  await eventually(
    async () => algorithmOf((await tokensOf(app, user)).access_token),
    (algorithm) => algorithm === "EdDSA",
  );
  setSystemTime((await changedAt(app)) * 1000 + 5000);
  for (const [issuer, verifier] of [
    [app, after],
    [after, app],
  ] as const) {
    const tokens = await tokensOf(issuer, user);
    expect(await statusOfMe(verifier, tokens.access_token)).toBe(200);
    expect((await refresh(verifier, tokens.refresh_token)).status).toBe(200);
  }
  expect((await rotateKeys(operatorOf(app))).map(({ algorithm }) => algorithm)).toEqual(["EdDSA"]);
});

// The bad day: during a rollout a replica with the old settings restarts, and changes the algorithm back for all.
test("a change is a warning that says what to do, and the first algorithm of an installation is none", async () => {
  await using app = await startTestApp({ settings });
  const after = await app.replica({ ...settings, ...asEdDsa });
  const stale = await app.replica(settings);
  const warnings = (from: TestApp) => from.log.filter((line) => line.includes("algorithm changed"));
  expect(warnings(app)).toEqual([]);
  for (const [changed, algorithm, previous] of [
    [after, "EdDSA", "HS256"],
    [stale, "HS256", "EdDSA"],
  ] as const) {
    const [line = "{}", ...others] = warnings(changed);
    expect(others).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({ level: "warn", algorithm, previous });
    expect(line).toContain("correct it and restart this replica");
  }
});

test("of replicas that change the algorithm at once one records it", async () => {
  await using app = await startTestApp({ settings });
  await race(4, () => app.replica({ ...settings, ...asEdDsa }));
  expect(
    await app.rows("select generation, algorithm from signing_algorithms order by generation"),
  ).toEqual([
    { generation: 1, algorithm: "HS256" },
    { generation: 2, algorithm: "EdDSA" },
  ]);
  const audited = await app.rows(
    "select detail from audit_log where action = 'signing_algorithm.changed'",
  );
  expect(audited).toEqual([
    { detail: { algorithm: "EdDSA", previous: "HS256", active_from: expect.any(String) } },
  ]);
});

// The bad day: a cached token outlives the key that verified it.
test("a cached token is verified again after the change", async () => {
  await using app = await startTestApp({ settings });
  const user = await signUp(app);
  const iat = Math.floor(Date.now() / 1000) + 30;
  const forged = forgedWithSecret(app, user.accessToken, { iat, exp: iat + hour });
  expect(await statusOfMe(app, forged)).toBe(200);
  await app.replica({ ...settings, ...asEdDsa });
  await eventually(
    () => statusOfMe(app, forged),
    (status) => status === 401,
  );
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
});

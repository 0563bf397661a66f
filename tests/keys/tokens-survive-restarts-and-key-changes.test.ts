import { expect, test } from "bun:test";

import { rotateKeys } from "../../src/features/keys/index.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, signUp, type SignedInUser } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { race } from "../support/race.ts";
import { keyIdOf, publishedKeys, signingKeyId, signsWith } from "../support/signing-keys.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const otherSecret = "pW7sK2mX9qL4vT6bN1yH8cR3fJ5dZ0gA-tests-only";

async function statusOf(app: TestApp, user: Pick<SignedInUser, "accessToken">): Promise<number> {
  return (await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken })).status;
}

async function signInAgain(app: TestApp, user: SignedInUser): Promise<SignedInUser> {
  const { data } = (await logIn(app, user)).json;
  return { ...user, accessToken: data.access_token, refreshToken: data.refresh_token };
}

// security 33
test.each([...databaseKinds])(
  "a restart on %s keeps the keys and the tokens",
  async (database) => {
    await using app = await startTestApp({ database, settings: { JWT_ALGORITHM: "EdDSA" } });
    const user = await signUp(app);
    await app.server.stop(0);
    const restarted = await app.replica();
    expect(await statusOf(restarted, user)).toBe(200);
    expect(await signingKeyId(restarted, user)).toBe(keyIdOf(user.accessToken));
    expect(await publishedKeys(restarted)).toHaveLength(1);
  },
  20_000,
);

// security 33
test("a new secret signs at once; the old one verifies until it is removed", async () => {
  await using app = await startTestApp();
  const old = await signUp(app);
  const { jwtSecretKey } = app.platform.settings;
  const both = await app.replica({
    JWT_SECRET_KEY: otherSecret,
    JWT_SECRET_KEY_PREVIOUS: jwtSecretKey,
  });
  const renewed = await signInAgain(both, old);
  expect(keyIdOf(renewed.accessToken)).not.toBe(keyIdOf(old.accessToken));
  expect([await statusOf(both, old), await statusOf(both, renewed)]).toEqual([200, 200]);

  const newAlone = await app.replica({ JWT_SECRET_KEY: otherSecret });
  expect([await statusOf(newAlone, old), await statusOf(newAlone, renewed)]).toEqual([401, 200]);
});

// security 33
test("a removed key's tokens are refused on every replica, and others stay valid", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "ES256" } });
  const replica = await app.replica();
  const old = await signUp(app);
  const id = (await rotateKeys(operatorOf(app)))[0]?.id ?? "";
  await signsWith(replica, old, id);
  const renewed = await signInAgain(replica, old);
  expect(keyIdOf(renewed.accessToken)).toBe(id);

  await app.rows(`delete from signing_keys where id <> '${id}'`);
  for (const one of [app, replica]) {
    await eventually(
      () => statusOf(one, old),
      (status) => status === 401,
    );
    expect(await statusOf(one, renewed)).toBe(200);
    expect(await publishedKeys(one)).toMatchObject([{ kid: id }]);
  }
});

test("every token stays valid when JWT_ALGORITHM is changed and changed back", async () => {
  await using app = await startTestApp({ settings: { ENCRYPTION_KEY: otherSecret } });
  const first = await signUp(app);
  const users: SignedInUser[] = [first];
  const replicas: TestApp[] = [app];
  for (const algorithm of ["EdDSA", "ES256", "RS256", "HS256", "EdDSA"]) {
    const replica = await app.replica({ JWT_ALGORITHM: algorithm });
    replicas.push(replica);
    const user = await signInAgain(replica, first);
    expect(JSON.parse(atob(user.accessToken.split(".")[0] ?? "")).alg).toBe(algorithm);
    users.push(user);
  }
  for (const replica of replicas) {
    for (const user of users) expect(await statusOf(replica, user)).toBe(200);
    // What a replica signs with the algorithm before is accepted for half a second: in that time it is notified.
    await signsWith(replica, first, keyIdOf(users[5]?.accessToken ?? ""));
    const again = await replica.post("/api/v1/auth/refresh", {
      refresh_token: (await signInAgain(replica, first)).refreshToken,
    });
    expect(again.status).toBe(200);
  }
  for (const user of users.slice(1)) {
    const refreshed = await app.post("/api/v1/auth/refresh", { refresh_token: user.refreshToken });
    expect(refreshed.status).toBe(200);
  }
  expect(keyIdOf(users[5]?.accessToken ?? "")).toBe(keyIdOf(users[1]?.accessToken ?? ""));
});

// Bad day: replicas boot at the same time on a database without a key.
test("of replicas that start together one creates the first key, and all sign with it", async () => {
  await using app = await startTestApp();
  const replicas = await race(4, () => app.replica({ JWT_ALGORITHM: "EdDSA" }));
  const user = await signUp(app);
  const keyIds = await Promise.all(replicas.map((replica) => signingKeyId(replica, user)));
  expect(new Set(keyIds).size).toBe(1);
  expect(await app.rows("select id from signing_keys")).toHaveLength(1);
});

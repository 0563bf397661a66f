import { expect, test } from "bun:test";

import { rotateKeys } from "../../src/features/keys/index.ts";
import { UnusableKeyError } from "../../src/platform/jwt/key-pair.ts";
import { createSecrets } from "../../src/platform/secrets/secrets.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { keyIdOf, signingKeyId, signsWith } from "../support/signing-keys.ts";
import { startTestApp } from "../support/test-app.ts";

const encryptionKey = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0iL-tests-only";
const anotherKey = "Zy8xW5vU2tS9rQ6pO3nM0lK7jI4hG1fE-tests-only";
const settings = { JWT_ALGORITHM: "EdDSA", ENCRYPTION_KEY: encryptionKey };

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

// Bad day: ENCRYPTION_KEY was lost or changed. A silent new key would end every session.
test("a key that cannot be decrypted stops the start with a message, and is unchanged", async () => {
  await using app = await startTestApp({ settings });
  const user = await signUp(app);
  const before = await app.rows("select * from signing_keys");

  const failure = await failureOf(app.replica({ ENCRYPTION_KEY: anotherKey }));
  expect(failure).toBeInstanceOf(UnusableKeyError);
  expect(String(failure)).toContain(keyIdOf(user.accessToken));
  expect(String(failure)).toContain("ENCRYPTION_KEY");
  expect(String(failure)).not.toContain(anotherKey);
  expect(await app.rows("select * from signing_keys")).toEqual(before);

  // HS256 needs no private half: it starts, and verifies what the key signed.
  const symmetric = await app.replica({ ENCRYPTION_KEY: anotherKey, JWT_ALGORITHM: "HS256" });
  const me = await symmetric.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
  expect(me.status).toBe(200);
});

test.each([
  ["a private half that was altered", "set sealed_private_jwk = reverse(sealed_private_jwk)"],
  ["a public half that was altered", `set public_jwk = jsonb_set(public_jwk, '{x}', '"AAAA"')`],
  ["a public half of another kind", `set public_jwk = '{"kty":"oct","k":"AAAA"}'`],
])("%s: running replicas continue, no new one starts", async (_name, change) => {
  await using app = await startTestApp({ settings });
  const user = await signUp(app);
  await app.rows(`update signing_keys ${change}`);
  await eventually(
    () => app.log.join(""),
    (log) => log.includes("previous keys kept"),
  );
  expect(await signingKeyId(app, user)).toBe(keyIdOf(user.accessToken));
  const me = await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
  expect(me.status).toBe(200);
  expect(await failureOf(app.replica())).toBeInstanceOf(UnusableKeyError);
});

// Bad day: an operator's shell lacks ENCRYPTION_KEY. No process could decrypt the key that it would make.
test("a process that cannot decrypt the present key cannot rotate it", async () => {
  await using app = await startTestApp({ settings });
  const secrets = createSecrets({ current: anotherKey, previous: [] }, app.platform.random);
  const stranger = { ...operatorOf(app), secrets };
  expect(await failureOf(rotateKeys(stranger))).toBeInstanceOf(UnusableKeyError);
  expect(await app.rows("select id from signing_keys")).toHaveLength(1);
});

test("retired keys need not be decrypted: after a change of secrets and a rotation the old secret may be removed", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "EdDSA" } });
  const user = await signUp(app);
  const { jwtSecretKey } = app.platform.settings;
  await app.server.stop(0);
  const both = await app.replica({
    JWT_SECRET_KEY: anotherKey,
    JWT_SECRET_KEY_PREVIOUS: jwtSecretKey,
  });
  const id = (await rotateKeys(operatorOf(both)))[0]?.id ?? "";
  await signsWith(both, user, id);
  const newAlone = await app.replica({ JWT_SECRET_KEY: anotherKey });
  const me = await newAlone.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
  expect(me.status).toBe(200);
});

import { beforeAll, describe, expect, test } from "bun:test";
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

import { decodeToken, forgeToken, hmac } from "../support/forge-token.ts";
import { signUp, type SignedInUser } from "../support/journey.ts";
import {
  asymmetricAlgorithms,
  keyIdOf,
  publishedKeys,
  stolenPrivateKey,
} from "../support/signing-keys.ts";
import { useTestApp } from "../support/test-app.ts";

const attackers = {
  EdDSA: generateKeyPairSync("ed25519").privateKey,
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
};

function signer(algorithm: keyof typeof attackers, key: KeyObject) {
  const hash = algorithm === "EdDSA" ? null : "sha256";
  return (input: string) => sign(hash, Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
}

describe.each([...asymmetricAlgorithms])("a service that signs with %s", (algorithm) => {
  const app = useTestApp({ settings: { JWT_ALGORITHM: algorithm } });
  let user: SignedInUser;
  let publicJwk: Record<string, string>;
  let ownKey: KeyObject;
  let secretKeyId: string;

  beforeAll(async () => {
    user = await signUp(app);
    publicJwk = (await publishedKeys(app))[0] ?? {};
    ownKey = (await stolenPrivateKey(app, keyIdOf(user.accessToken))).key;
    const symmetric = await app.replica({ JWT_ALGORITHM: "HS256" });
    secretKeyId = symmetric.platform.keyRing.current().id;
  });
  async function expectRefused(
    change: Record<string, unknown>,
    signature: (input: string) => Buffer,
  ): Promise<void> {
    for (const [token, path, body] of [
      [user.accessToken, "/api/v1/auth/validate-token", "token"],
      [user.refreshToken, "/api/v1/auth/refresh", "refresh_token"],
    ] as const) {
      const { header, claims } = decodeToken(token);
      const forged = forgeToken({ header: { ...header, ...change }, claims }, signature);
      const answer = await app.post(path, { [body]: forged });
      expect([answer.status, answer.json.error?.code]).toEqual([401, "INVALID_TOKEN"]);
    }
  }

  // security 27
  test("HS256 with the public key for a secret, in each form that it comes in", async () => {
    const { kid, alg, use, ...defining } = publicJwk;
    const publicKey = createPublicKey({ key: { ...defining }, format: "jwk" });
    const pem = publicKey.export({ format: "pem", type: "spki" });
    const secrets = [
      pem,
      pem.trimEnd(),
      publicKey.export({ format: "der", type: "spki" }),
      JSON.stringify({ keys: [publicJwk] }),
      JSON.stringify(publicJwk),
      JSON.stringify({ ...defining, kid, alg, use }),
      JSON.stringify(defining),
      ...["n", "e", "x", "y"].flatMap((name) => {
        const text = publicJwk[name];
        return text === undefined ? [] : [text, Buffer.from(text, "base64url")];
      }),
    ];
    for (const secret of secrets) {
      await expectRefused({ alg: "HS256" }, hmac(secret));
      await expectRefused({ alg: "HS256", kid: undefined }, hmac(secret));
    }
  });

  // security 27
  test("the key id of one algorithm with another one, even where the signature is right", async () => {
    const secret = app.platform.settings.jwtSecretKey;
    await expectRefused({ alg: "HS256" }, hmac(secret));
    await expectRefused({ kid: secretKeyId }, signer(algorithm, ownKey));
    await expectRefused({ alg: "HS256", kid: secretKeyId }, signer(algorithm, ownKey));
    for (const other of asymmetricAlgorithms.filter((name) => name !== algorithm)) {
      await expectRefused({ alg: other }, signer(other, attackers[other]));
      await expectRefused({ alg: other }, signer(algorithm, ownKey));
      await expectRefused({ alg: other, kid: secretKeyId }, signer(other, attackers[other]));
      await expectRefused({ alg: "HS256" }, signer(other, attackers[other]));
    }
  });

  // security 26, 28
  test("no signature, an attacker's key, and headers that embed or reference a key", async () => {
    const byAttacker = signer(algorithm, attackers[algorithm]);
    const jwk = createPublicKey(attackers[algorithm]).export({ format: "jwk" });
    for (const alg of ["none", "None", "nOnE", ""]) {
      await expectRefused({ alg }, () => Buffer.alloc(0));
    }
    await expectRefused({}, () => Buffer.alloc(0));
    await expectRefused({}, byAttacker);
    await expectRefused({ jwk }, byAttacker);
    await expectRefused({ jku: `${app.url}/.well-known/jwks.json` }, byAttacker);
    await expectRefused({ kid: "x".repeat(43), jwk }, byAttacker);
    await expectRefused({ kid: "' OR 1=1 --".padEnd(43, "-") }, byAttacker);
    await expectRefused({ kid: 7 }, byAttacker);
  });

  test("the unchanged token is accepted", async () => {
    const { header, claims } = decodeToken(user.accessToken);
    const token = forgeToken({ header, claims }, signer(algorithm, ownKey));
    expect((await app.post("/api/v1/auth/validate-token", { token })).status).toBe(200);
    expect(app.log.filter((line) => line.includes("request failed"))).toEqual([]);
  });
});

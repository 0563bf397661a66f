import { describe, expect, test } from "bun:test";
import { createRemoteJWKSet, jwtVerify } from "jose";

import { databaseDump } from "../support/database-dump.ts";
import { signUp } from "../support/journey.ts";
import {
  asymmetricAlgorithms,
  keyIdOf,
  publishedKeys,
  stolenPrivateKey,
} from "../support/signing-keys.ts";
import { startTestApp } from "../support/test-app.ts";

const databaseOf = { EdDSA: "embedded", ES256: "postgres", RS256: "postgres" } as const;
const membersOf = {
  EdDSA: ["alg", "crv", "kid", "kty", "use", "x"],
  ES256: ["alg", "crv", "kid", "kty", "use", "x", "y"],
  RS256: ["alg", "e", "kid", "kty", "n", "use"],
};

describe.each([...asymmetricAlgorithms])("%s", (algorithm) => {
  const settings = { JWT_ALGORITHM: algorithm };
  const database = databaseOf[algorithm];

  test("signs tokens that the service and, with the published keys, a strict client verify", async () => {
    await using app = await startTestApp({ settings, database });
    const user = await signUp(app);
    const me = await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
    expect([me.status, me.json.data.id]).toEqual([200, user.userId]);
    const refreshed = await app.post("/api/v1/auth/refresh", { refresh_token: user.refreshToken });
    expect(refreshed.status).toBe(200);

    const keys = createRemoteJWKSet(new URL(`${app.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(user.accessToken, keys, {
      issuer: "http://localhost:8000",
      audience: "gatehouse",
      typ: "at+jwt",
      algorithms: [algorithm],
      requiredClaims: ["sub", "sid", "jti", "iat", "exp"],
    });
    expect(payload.sub).toBe(user.userId);
    expect(protectedHeader).toEqual({
      alg: algorithm,
      typ: "at+jwt",
      kid: keyIdOf(user.accessToken),
    });
  });

  // security 33
  test("publishes only public members, cacheable; the private key is never shown", async () => {
    await using app = await startTestApp({ settings, database });
    const user = await signUp(app);
    const answer = await app.call("GET", "/.well-known/jwks.json");
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([
      200,
      "public, max-age=300",
    ]);
    expect(answer.headers.get("content-type")).toStartWith("application/json");
    expect(Object.keys(answer.json)).toEqual(["keys"]);
    const [key, ...others] = await publishedKeys(app);
    expect(others).toEqual([]);
    expect(Object.keys(key ?? {}).toSorted()).toEqual(membersOf[algorithm]);
    expect(key).toMatchObject({ alg: algorithm, use: "sig", kid: keyIdOf(user.accessToken) });

    const { text } = await stolenPrivateKey(app, keyIdOf(user.accessToken));
    const jwk: Record<string, string> = JSON.parse(text);
    const secrets = ["d", "p", "q", "dp", "dq", "qi"].flatMap((name) => jwk[name] ?? []);
    expect(secrets.length).toBe(algorithm === "RS256" ? 6 : 1);
    const everything = [await databaseDump(app), app.log.join("\n"), answer.text].join("\n");
    expect(everything).toContain(keyIdOf(user.accessToken));
    for (const secret of secrets) expect(everything).not.toContain(secret);
  });
});

test("under HS256 the published set is empty, and there is no key pair", async () => {
  await using app = await startTestApp();
  expect(await publishedKeys(app)).toEqual([]);
  expect(await app.rows("select id from signing_keys")).toEqual([]);
});

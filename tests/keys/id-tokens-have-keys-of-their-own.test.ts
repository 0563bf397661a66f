import { expect, setSystemTime, test } from "bun:test";
import { createLocalJWKSet, jwtVerify } from "jose";

import {
  deleteOtherKeys,
  listKeys,
  maintainKeys,
  rotateKeys,
} from "../../src/features/keys/index.ts";
import { signUpInBrowser } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { decodeToken } from "../support/forge-token.ts";
import { operatorOf } from "../support/operator.ts";
import { callback, codeOf, redeem } from "../support/relying-party.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const keySetOf = async (app: TestApp) =>
  (await app.call("GET", "/.well-known/jwks.json")).json.keys;

async function idTokenOf(app: TestApp, client: TestClient, browserToken: string): Promise<string> {
  const code = await codeOf(app, client.id, browserToken);
  return String((await redeem(app, client, code)).json.id_token);
}

const verify = async (app: TestApp, token: string) =>
  jwtVerify(token, createLocalJWKSet({ keys: await keySetOf(app) }), {
    issuer: "http://localhost:8000",
    typ: "JWT",
  });

test("under HS256 a client that signs users in gets a published key, which replicas share and which opens nothing else", async () => {
  await using app = await startTestApp();
  expect(await keySetOf(app)).toEqual([]);
  await registerClient(app, { name: "machine" });
  expect(await keySetOf(app)).toEqual([]);
  const client = await registerClient(app, {
    name: "Notes",
    redirectUris: [callback],
    idTokenSignedResponseAlg: "ES256",
  });
  const replica = await app.replica();
  const [key, ...others] = await keySetOf(app);
  expect([key.alg, key.use, others, await keySetOf(replica)]).toEqual(["ES256", "sig", [], [key]]);
  expect(Object.keys(key).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  const user = await signUpInBrowser(app);
  for (const at of [app, replica]) {
    const token = await idTokenOf(at, client, user.token);
    expect((await verify(app, token)).protectedHeader.kid).toBe(key.kid);
    // security 29: an ID token in the place of an access token
    expect(await statusOfMe(app, token)).toBe(401);
    const form = { grant_type: "refresh_token", refresh_token: token };
    expect((await app.call("POST", "/oauth/token", { form })).json.error).toBe("invalid_grant");
  }
}, 30_000);

test("keys rotate --in publishes the next key at once, and signs with it after that time", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "ES256" } });
  const settings = { name: "Notes", redirectUris: [callback] };
  const client = await registerClient(app, { ...settings, idTokenSignedResponseAlg: "EdDSA" });
  const user = await signUpInBrowser(app);
  const before = await idTokenOf(app, client, user.token);
  const created = await rotateKeys(operatorOf(app), { inSeconds: 600 });
  expect(created.map(({ algorithm }) => algorithm)).toEqual(["ES256", "EdDSA"]);
  await app.platform.keyRing.reload();
  const published = (await keySetOf(app)).map(({ kid }: { kid: string }) => kid);
  expect(published).toHaveLength(4);
  const [, next] = created;
  expect(published).toContain(next?.id);
  const states = (await listKeys(operatorOf(app))).map(({ state }) => state).toSorted();
  expect(states).toEqual(["current", "current", "next", "next"]);
  const kidOf = (token: string) => decodeToken(token).header["kid"];
  expect(kidOf(await idTokenOf(app, client, user.token))).toBe(kidOf(before));
  setSystemTime(new Date(Date.now() + 600_000));
  try {
    const after = await idTokenOf(app, client, user.token);
    expect(kidOf(after)).toBe(next?.id ?? "");
    await verify(app, after);
    await verify(app, before);
  } finally {
    setSystemTime();
  }
}, 30_000);

test("keys of ID tokens rotate on schedule, stay in use when JWT_ALGORITHM changes, and are made anew after a leak", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "ES256" } });
  const settings = { name: "Notes", redirectUris: [callback] };
  const client = await registerClient(app, { ...settings, idTokenSignedResponseAlg: "ES256" });
  const user = await signUpInBrowser(app);
  const first = await idTokenOf(app, client, user.token);
  await using changed = await app.replica({ JWT_ALGORITHM: "HS256" });
  const operator = operatorOf(changed);
  setSystemTime(new Date(Date.now() + 89.5 * 86_400_000));
  try {
    await maintainKeys(operator);
    const [current, next, ...others] = (await listKeys(operator)).filter(
      ({ algorithm }) => algorithm === "ES256",
    );
    expect([current?.state, next?.state, others]).toEqual(["current", "next", []]);
  } finally {
    setSystemTime();
  }
  const { token } = await signUpInBrowser(app);
  expect(decodeToken(await idTokenOf(changed, client, token)).header).toEqual(
    decodeToken(first).header,
  );
  const created = await rotateKeys(operator);
  await deleteOtherKeys(
    operator,
    created.map(({ id }) => id),
  );
  await changed.platform.keyRing.reload();
  expect((await keySetOf(changed)).map(({ kid }: { kid: string }) => kid)).toEqual(
    created.map(({ id }) => id),
  );
}, 30_000);

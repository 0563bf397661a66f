import { createPrivateKey, type KeyObject } from "node:crypto";
import { decodeProtectedHeader } from "jose";

import { sealedPrivateKeys } from "../../src/features/keys/index.ts";
import { eventually } from "./eventually.ts";
import { logIn } from "./journey.ts";
import type { TestApp } from "./test-app.ts";

/** The algorithms that sign with key pairs. */
export const asymmetricAlgorithms = ["EdDSA", "ES256", "RS256"] as const;

/** The id of the key that a token says it was signed with. */
export function keyIdOf(token: string): string {
  return String(decodeProtectedHeader(token).kid);
}

/** The public keys as the service gives them to others. */
export async function publishedKeys(app: TestApp): Promise<Record<string, string>[]> {
  const answer = await app.call("GET", "/.well-known/jwks.json");
  return answer.json.keys;
}

/** The id of the key that a replica signs with now. */
export async function signingKeyId(
  app: TestApp,
  user: { email: string; password: string },
): Promise<string> {
  const answer = await logIn(app, user);
  return keyIdOf(answer.json.data.access_token);
}

/** Resolves when a replica signs with the key, and fails when it has not begun to after so many seconds. */
export async function signsWith(
  app: TestApp,
  user: { email: string; password: string },
  keyId: string,
): Promise<void> {
  await eventually(
    () => signingKeyId(app, user),
    (id) => id === keyId,
  );
}

/** The private half of a stored key: what no test but an attack by an insider has. */
export async function stolenPrivateKey(
  app: TestApp,
  keyId: string,
): Promise<{ text: string; key: KeyObject }> {
  const [row] = await app.rows(`select sealed_private_jwk from signing_keys where id = '${keyId}'`);
  const place = { column: sealedPrivateKeys.sealed, row: keyId };
  const text = app.platform.secrets.open(String(row?.["sealed_private_jwk"]), place) ?? "";
  return { text, key: createPrivateKey({ key: JSON.parse(text), format: "jwk" }) };
}

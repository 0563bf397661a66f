import { KeyObject } from "node:crypto";

import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";

import type { AsymmetricAlgorithm, PublicJwk, StoredKey } from "./port.ts";
import { UnusableKeyError } from "./unusable-key-error.ts";

/** As strong as the curves of the other algorithms: 128 bits (NIST SP 800-57 part 1, §5.6.1). */
const rsaModulusBits = 3072;

/** A new key pair: its id (RFC 7638), and its halves in the form in which they are stored. */
export interface NewKeyPair {
  readonly id: string;
  readonly publicJwk: PublicJwk;
  readonly privateJwk: string;
}

/** A stored key, ready for use. `signWith` is null where its private half was not given. */
export type ImportedKey = StoredKey & {
  readonly verifyWith: KeyObject;
  readonly signWith: KeyObject | null;
};

/** Draws a key pair. Takes up to a second of another thread for RS256. */
export async function createKeyPair(algorithm: AsymmetricAlgorithm): Promise<NewKeyPair> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, {
    extractable: true,
    modulusLength: rsaModulusBits,
  });
  const publicJwk = publicPart(await exportJWK(publicKey));
  return {
    id: await calculateJwkThumbprint(publicJwk),
    publicJwk,
    privateJwk: JSON.stringify(await exportJWK(privateKey)),
  };
}

/** Makes a stored key usable. Throws `UnusableKeyError` where a half is damaged or belongs to another key. */
export async function importKey(key: StoredKey): Promise<ImportedKey> {
  try {
    const privateJwk = key.privateJwk === null ? null : parsePrivateJwk(key.privateJwk);
    return {
      ...key,
      verifyWith: await importHalf(key, key.publicJwk),
      signWith: privateJwk === null ? null : await importHalf(key, privateJwk),
    };
  } catch {
    // The reason may quote the key.
    throw new UnusableKeyError(
      key.id,
      "its row in signing_keys is damaged. Restore it from a backup.",
    );
  }
}

async function importHalf({ id, algorithm }: StoredKey, jwk: JWK): Promise<KeyObject> {
  // What cannot be taken out of a CryptoKey again, Node will refuse to make a KeyObject of (DEP0204).
  const imported = await importJWK(jwk, algorithm, { extractable: true });
  if (!(imported instanceof CryptoKey)) throw new TypeError("not a half of a key pair");
  if ((await calculateJwkThumbprint(jwk)) !== id) throw new TypeError("of another key pair");
  return KeyObject.from(imported);
}

function parsePrivateJwk(text: string): JWK {
  const jwk: unknown = JSON.parse(text);
  if (isPrivateJwk(jwk)) return jwk;
  throw new TypeError("not a private JWK");
}

/** Importing it judges the rest of its members. */
function isPrivateJwk(value: unknown): value is JWK {
  return typeof value === "object" && value !== null && "d" in value;
}

/** Named one by one, so that no private member can come along. */
function publicPart({ kty, crv, x, y, n, e }: JWK): PublicJwk {
  if (kty === undefined) throw new TypeError("a JWK without kty");
  const members = Object.entries({ crv, x, y, n, e }).filter(([, value]) => value !== undefined);
  return { kty, ...Object.fromEntries(members) };
}

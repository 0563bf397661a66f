import { KeyObject } from "node:crypto";

import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";

import type { AsymmetricAlgorithm, PublicJwk, StoredKey } from "./port.ts";

/** 128 bits of security, as the curves of the other algorithms have (NIST SP 800-57 part 1, §5.6.1). */
const rsaModulusBits = 3072;

/** A new key pair: its id (RFC 7638), and both keys in the form in which they are stored. */
export interface NewKeyPair {
  readonly id: string;
  readonly publicJwk: PublicJwk;
  readonly privateJwk: string;
}

/** A stored key, imported for use. `signWith` is null without its private key. */
export type ImportedKey = StoredKey & {
  readonly verifyWith: KeyObject;
  readonly signWith: KeyObject | null;
};

/** A stored signing key cannot be used. No key replaces it by itself, because its tokens would become invalid without notice. */
export class UnusableKeyError extends Error {
  /** Whether other settings would make it usable. */
  readonly isBySettings: boolean;

  constructor(keyId: string, reason: string, isBySettings: boolean) {
    super(
      `The signing key ${keyId} cannot be used: ${reason} If the key is lost, remove it (delete from signing_keys where id = '${keyId}'): a new key is then created, and tokens that the lost key signed are refused.`,
    );
    this.name = "UnusableKeyError";
    this.isBySettings = isBySettings;
  }
}

/** The error for a key whose private part was sealed with a secret that is not in the settings. */
export function keySealedByAnother(keyId: string): UnusableKeyError {
  const reason =
    "its private key was sealed under another ENCRYPTION_KEY (or JWT_SECRET_KEY, if that is unset). Set that one as ENCRYPTION_KEY_PREVIOUS.";
  return new UnusableKeyError(keyId, reason, true);
}

/** The error for a key whose row was changed. */
export function damagedKey(keyId: string): UnusableKeyError {
  const reason = "its row in signing_keys is damaged. Restore it from a backup.";
  return new UnusableKeyError(keyId, reason, false);
}

/** Generates a key pair. For RS256 this takes up to a second in another thread. */
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

/** Imports a stored key. Throws `UnusableKeyError` where one of its keys is damaged or belongs to another pair. */
export async function importKey(key: StoredKey): Promise<ImportedKey> {
  try {
    const privateJwk = key.privateJwk === null ? null : parsePrivateJwk(key.privateJwk);
    return {
      ...key,
      verifyWith: await importOne(key, key.publicJwk),
      signWith: privateJwk === null ? null : await importOne(key, privateJwk),
    };
  } catch {
    // The cause is dropped: its message may hold the key.
    throw damagedKey(key.id);
  }
}

async function importOne({ id, algorithm }: StoredKey, jwk: JWK): Promise<KeyObject> {
  // Node converts only extractable CryptoKeys to KeyObjects (DEP0204).
  const imported = await importJWK(jwk, algorithm, { extractable: true });
  if (!(imported instanceof CryptoKey)) throw new TypeError("not a key of a key pair");
  if ((await calculateJwkThumbprint(jwk)) !== id)
    throw new TypeError("the key belongs to another pair");
  return KeyObject.from(imported);
}

function parsePrivateJwk(text: string): JWK {
  const jwk: unknown = JSON.parse(text);
  if (isPrivateJwk(jwk)) return jwk;
  throw new TypeError("not a private JWK");
}

/** Only this member is checked here; the import checks the others. */
function isPrivateJwk(value: unknown): value is JWK {
  return typeof value === "object" && value !== null && "d" in value;
}

/** An allow-list of members, so that no private member is published. */
function publicPart({ kty, crv, x, y, n, e }: JWK): PublicJwk {
  if (kty === undefined) throw new TypeError("a JWK without kty");
  const members = Object.entries({ crv, x, y, n, e }).filter(([, value]) => value !== undefined);
  return { kty, ...Object.fromEntries(members) };
}

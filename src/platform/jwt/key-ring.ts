import type { Clock } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import { paced } from "../../kernel/paced.ts";
import { withDeadline } from "../db/deadline.ts";
import { type ImportedKey, importKey } from "./key-pair.ts";
import type { Algorithm, KeyRing, SigningKey, StoredKeys, VerificationKey } from "./port.ts";
import { secretKeyOf } from "./secret-keys.ts";

/** The parts that a key ring is created from. */
export interface KeyRingOptions {
  readonly clock: Clock;
  /** The algorithm that is in force until the stored keys are read. */
  readonly algorithm: Algorithm;
  readonly secrets: { readonly current: string; readonly previous: string | null };
  readonly load: () => Promise<StoredKeys>;
}

/** The shortest time between two reads of the stored keys, however many unknown key ids are received. */
const reloadPauseMilliseconds = 200;

/** How long a request with an unknown key waits for the stored keys: as long as the shortest DATABASE_TIMEOUT. */
const unknownKeyTimeoutSeconds = 1;

/** A SHA-256 thumbprint (RFC 7638). The stored keys are not read again for an unknown id of another form. */
const thumbprint = /^[\w-]{43}$/;

/**
 * The keys of the secrets in the settings and the stored key pairs, each for its own algorithm. Those of an algorithm that was
 * replaced verify only what was issued before. It holds no key pair before the first `reload`. Whether a key is next, current
 * or retired depends only on the clock.
 */
export function createKeyRing({ clock, algorithm, secrets, load }: KeyRingOptions): KeyRing {
  const secretKey = secretKeyOf(secrets.current);
  const secretKeys = [
    secretKey,
    ...(secrets.previous === null ? [] : [secretKeyOf(secrets.previous)]),
  ];
  let stored: StoredKeys = {
    algorithm,
    replaced: new Map(),
    idTokenAlgorithms: [],
    keys: [],
  };
  let keyPairs: readonly ImportedKey[] = [];
  let revision = 0;

  const reload = paced(async () => {
    const loaded = await load();
    const imported = await Promise.all(loaded.keys.map(importKey));
    if (!verifyTheSame(loaded, stored)) revision += 1;
    keyPairs = imported;
    stored = loaded;
  }, reloadPauseMilliseconds);

  /** Whether keys of this algorithm verify anything now. */
  function isAccepted(key: { readonly algorithm: Algorithm }, now: Date): boolean {
    if (key.algorithm === stored.algorithm) return true;
    const replaced = stored.replaced.get(key.algorithm);
    return replaced !== undefined && now < replaced.verifyUntil;
  }

  function verifying(): readonly ImportedKey[] {
    const now = clock.now();
    return keyPairs.filter((key) => isAccepted(key, now) && isUnexpired(key, now));
  }

  /** The keys of ID tokens: they verify no other token, unless their algorithm is accepted for those as well. */
  function ofIdTokens(): readonly ImportedKey[] {
    const now = clock.now();
    return keyPairs.filter(
      (key) => stored.idTokenAlgorithms.includes(key.algorithm) && isUnexpired(key, now),
    );
  }

  function findKnown(keyId: string): VerificationKey | undefined {
    const now = clock.now();
    const secrets = secretKeys.filter((key) => isAccepted(key, now));
    const key = [...secrets, ...verifying()].find(({ id }) => id === keyId);
    return (
      key && { ...key, issuedBefore: stored.replaced.get(key.algorithm)?.issuedBefore ?? null }
    );
  }

  async function findAgain(keyId: string): Promise<VerificationKey | undefined> {
    await withDeadline(reload(), unknownKeyTimeoutSeconds);
    return findKnown(keyId);
  }

  return {
    current() {
      if (stored.algorithm === "HS256") return secretKey;
      const key = currentKey(keyPairs.filter(canSign), stored.algorithm, clock.now());
      if (key) return key;
      throw new AppError("UNAVAILABLE", "The service is temporarily unavailable.", {
        retryAfterSeconds: 1,
        logDetail: "no signing key is loaded",
      });
    },
    currentForIdTokens(wanted) {
      const keys = ofIdTokens().filter(canSign);
      return currentKey(keys, wanted, clock.now()) ?? null;
    },
    findForIdTokens: (keyId) => ofIdTokens().find(({ id }) => id === keyId),
    async find(keyId) {
      const known = findKnown(keyId);
      return known || !thumbprint.test(keyId) ? known : findAgain(keyId);
    },
    findAgain,
    published() {
      const keys = new Set([...(stored.algorithm === "HS256" ? [] : verifying()), ...ofIdTokens()]);
      return [...keys].map(({ id, algorithm: alg, publicJwk }) => ({
        ...publicJwk,
        kid: id,
        alg,
        use: "sig",
      }));
    },
    currentSince() {
      if (stored.algorithm === "HS256") return null;
      return currentKey(stored.keys, stored.algorithm, clock.now())?.activeFrom ?? null;
    },
    revision: () => revision,
    reload,
  };
}

/**
 * The key that signs at a given time, of `keys` in the order of their creation: the newest active one of the algorithm.
 * If none is active yet, by a clock that is behind the others, it is the first. Every replica chooses the same key.
 */
export function currentKey<
  Key extends { readonly algorithm: Algorithm; readonly activeFrom: Date },
>(keys: readonly Key[], algorithm: Algorithm, now: Date): Key | undefined {
  const candidates = keys.filter((key) => key.algorithm === algorithm);
  return candidates.findLast((key) => key.activeFrom <= now) ?? candidates[0];
}

function isUnexpired({ verifyUntil }: ImportedKey, now: Date): boolean {
  return verifyUntil === null || verifyUntil > now;
}

/** Whether the same tokens are verified until the same times. */
function verifyTheSame(some: StoredKeys, others: StoredKeys): boolean {
  const describe = ({ algorithm, replaced, keys }: StoredKeys) =>
    [
      algorithm,
      ...[...replaced].map(([name, { issuedBefore }]) => `${name} ${issuedBefore.getTime()}`),
      ...keys.map(({ id, verifyUntil }) => `${id} ${verifyUntil?.getTime() ?? ""}`),
    ].join();
  return describe(some) === describe(others);
}

function canSign(key: ImportedKey): key is ImportedKey & SigningKey {
  return key.signWith !== null;
}

import type { Clock } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import { paced } from "../../kernel/paced.ts";
import { withDeadline } from "../db/deadline.ts";
import { currentKey } from "./current-key.ts";
import { type ImportedKey, importKey } from "./key-pair.ts";
import type { Algorithm, KeyRing, SigningKey, StoredKey, VerificationKey } from "./port.ts";
import { secretKeyOf } from "./secret-keys.ts";

/** What a ring is made of. */
export interface KeyRingOptions {
  readonly clock: Clock;
  /** What tokens are signed with from now on; tokens of the other algorithms' keys stay valid. */
  readonly algorithm: Algorithm;
  readonly secrets: { readonly current: string; readonly previous: string | null };
  /** Reads the key pairs, in the order in which they were made. */
  readonly load: () => Promise<readonly StoredKey[]>;
}

/** No flood of unknown key ids makes the store be read more often. */
const reloadPauseMilliseconds = 200;

/** What an unknown key id may cost a request: as long as the shortest DATABASE_TIMEOUT, however many readings come before its own. */
const patienceSeconds = 1;

/** A SHA-256 thumbprint (RFC 7638); no other unknown id is worth a look into the store. */
const thumbprint = /^[\w-]{43}$/;

/**
 * The secrets of the settings and the stored key pairs, each for its own algorithm. It holds no key pair before the first
 * `reload`. What a key is, next, current or retired, follows from the clock alone.
 */
export function createKeyRing({ clock, algorithm, secrets, load }: KeyRingOptions): KeyRing {
  const secretKey = secretKeyOf(secrets.current);
  const secretKeys = [
    secretKey,
    ...(secrets.previous === null ? [] : [secretKeyOf(secrets.previous)]),
  ];
  let keyPairs: readonly ImportedKey[] = [];
  let revision = 0;

  const reload = paced(async () => {
    const stored = await load();
    const loaded = await Promise.all(stored.map(importKey));
    if (!verifyTheSame(loaded, keyPairs)) revision += 1;
    keyPairs = loaded;
  }, reloadPauseMilliseconds);

  function verifying(): readonly ImportedKey[] {
    const now = clock.now();
    return keyPairs.filter(({ verifyUntil }) => verifyUntil === null || verifyUntil > now);
  }

  function findKnown(keyId: string): VerificationKey | undefined {
    return [...secretKeys, ...verifying()].find(({ id }) => id === keyId);
  }

  return {
    current() {
      if (algorithm === "HS256") return secretKey;
      const key = currentKey(keyPairs.filter(canSign), algorithm, clock.now());
      if (key) return key;
      throw new AppError("UNAVAILABLE", "The service is temporarily unavailable.", {
        retryAfterSeconds: 1,
        logDetail: "no signing key is loaded",
      });
    },
    async find(keyId) {
      const known = findKnown(keyId);
      if (known || !thumbprint.test(keyId)) return known;
      await withDeadline(reload(), patienceSeconds);
      return findKnown(keyId);
    },
    published() {
      if (algorithm === "HS256") return [];
      return verifying().map(({ id, algorithm: alg, publicJwk }) => ({
        ...publicJwk,
        kid: id,
        alg,
        use: "sig",
      }));
    },
    revision: () => revision,
    reload,
  };
}

/** Whether two lists of keys verify the same tokens for the same time. */
function verifyTheSame(some: readonly StoredKey[], others: readonly StoredKey[]): boolean {
  const describe = (keys: readonly StoredKey[]) =>
    keys.map(({ id, verifyUntil }) => `${id} ${verifyUntil?.getTime() ?? ""}`).join();
  return describe(some) === describe(others);
}

function canSign(key: ImportedKey): key is ImportedKey & SigningKey {
  return key.signWith !== null;
}

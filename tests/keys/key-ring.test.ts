import { afterEach, expect, setSystemTime, test } from "bun:test";

import { systemClock } from "../../src/kernel/clock.ts";
import { createJwtSigner } from "../../src/platform/jwt/jwt-signer.ts";
import { createKeyPair } from "../../src/platform/jwt/key-pair.ts";
import { createKeyRing } from "../../src/platform/jwt/key-ring.ts";
import type {
  Algorithm,
  AsymmetricAlgorithm,
  KeyRing,
  ReplacedAlgorithm,
  StoredKey,
  StoredKeys,
} from "../../src/platform/jwt/port.ts";
import { codeOf } from "../support/error-code.ts";
import { keyIdOf } from "../support/signing-keys.ts";

afterEach(() => {
  setSystemTime();
});

const secrets = { current: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only", previous: null };

/** What a token of `ring` says if it was issued at this time, and whether another ring verifies it. */
async function tokenOf(ring: KeyRing, issuedAt: Date) {
  const iat = Math.floor(issuedAt.getTime() / 1000);
  const claims = { iss: "us", sub: "s", jti: "j", iat, exp: iat + 600 };
  const token = await createJwtSigner(ring).sign("at+jwt", claims);
  return async (verifier: KeyRing) => {
    const expected = { type: "at+jwt", issuer: "us", now: now() } as const;
    return (await createJwtSigner(verifier).verify(token, expected)).status;
  };
}

/** A store that counts how often it is read. */
function createStore(keys: StoredKey[] = []) {
  const store = { keys, readings: 0, isAway: false };
  const load = async (): Promise<StoredKey[]> => {
    store.readings += 1;
    if (store.isAway) throw new Error("away");
    return [...store.keys];
  };
  return { store, load };
}

async function storedKey(
  activeFrom: Date,
  algorithm: AsymmetricAlgorithm = "EdDSA",
): Promise<StoredKey> {
  return { ...(await createKeyPair(algorithm)), algorithm, activeFrom, verifyUntil: null };
}

function ringOf(
  loadKeys: () => Promise<StoredKey[]>,
  algorithm: Algorithm = "EdDSA",
  replaced: ReadonlyMap<Algorithm, ReplacedAlgorithm> = new Map(),
) {
  const load = async () => ({
    algorithm,
    replaced,
    idTokenAlgorithms: [],
    keys: await loadKeys(),
  });
  return createKeyRing({ clock: systemClock, algorithm, secrets, load });
}

async function loaded(ring: KeyRing): Promise<KeyRing> {
  await ring.reload();
  return ring;
}

const now = () => new Date();
const seconds = (count: number) => new Date(Date.now() + count * 1000);

test("the newest active key signs, as decided by the clock", async () => {
  const keys = [
    await storedKey(seconds(-60)),
    await storedKey(seconds(-30)),
    await storedKey(seconds(30)),
  ];
  const { load, store } = createStore(keys);
  const ring = ringOf(load);
  await ring.reload();
  expect(ring.current().id).toBe(keys[1]?.id ?? "");
  setSystemTime(seconds(31));
  expect(ring.current().id).toBe(keys[2]?.id ?? "");
  expect(store.readings).toBe(1);
});

// Bad day: this replica's clock is behind that of the one which made the first key.
test("before any key is active the first one signs", async () => {
  const { load } = createStore([await storedKey(seconds(2)), await storedKey(seconds(9))]);
  const ring = ringOf(load);
  await ring.reload();
  expect(ring.current().id).toBe((await load())[0]?.id ?? "");
});

test("a key verifies until its end, and no longer", async () => {
  const key = { ...(await storedKey(seconds(-60))), verifyUntil: seconds(10) };
  const ring = ringOf(createStore([key]).load);
  await ring.reload();
  expect(await ring.find(key.id)).toMatchObject({ id: key.id, algorithm: "EdDSA" });
  expect(ring.published()).toHaveLength(1);
  setSystemTime(key.verifyUntil);
  expect(await ring.find(key.id)).toBeUndefined();
  expect(ring.published()).toEqual([]);
});

test("nothing is published under HS256, though replaced key pairs still verify", async () => {
  const key = await storedKey(seconds(-60));
  const replaced = { issuedBefore: seconds(-5), verifyUntil: seconds(60) };
  const ring = ringOf(createStore([key]).load, "HS256", new Map([["EdDSA", replaced]]));
  await ring.reload();
  expect(ring.published()).toEqual([]);
  expect(await ring.find(key.id)).toMatchObject({
    id: key.id,
    issuedBefore: replaced.issuedBefore,
  });
  setSystemTime(replaced.verifyUntil);
  expect(await ring.find(key.id)).toBeUndefined();
});

// Attack: the secret of an installation that never signed with it, or the key pair of one that never used the algorithm.
// security 160
test("keys of an algorithm that was never in force verify nothing", async () => {
  const key = await storedKey(seconds(-60));
  for (const algorithm of ["HS256", "ES256"] as const) {
    const ring = ringOf(createStore([key]).load, algorithm);
    await ring.reload();
    expect(await ring.find(key.id)).toBeUndefined();
  }
  const symmetric = ringOf(createStore().load, "HS256").current().id;
  const ring = ringOf(createStore([key]).load);
  await ring.reload();
  expect(await ring.find(symmetric)).toBeUndefined();
});

// Bad day: the algorithm is changed and changed back, and this replica is not notified of the second change yet.
// part of security 160
test.each(["EdDSA", "HS256"] as const)(
  "a token of %s, which is in force again, is verified before the replica is notified",
  async (algorithm) => {
    const stored = createStore([
      await storedKey(seconds(-60)),
      await storedKey(seconds(-60), "ES256"),
    ]);
    const others = await loaded(ringOf(stored.load, algorithm));
    const replaced = { issuedBefore: seconds(-5), verifyUntil: seconds(600) };
    let inForce: Pick<StoredKeys, "algorithm" | "replaced"> = {
      algorithm: "ES256",
      replaced: new Map([[algorithm, replaced]]),
    };
    const ring = createKeyRing({
      clock: systemClock,
      algorithm,
      secrets,
      load: async () => ({ ...inForce, idTokenAlgorithms: [], keys: await stored.load() }),
    });
    await ring.reload();
    const [before, after] = [await tokenOf(others, seconds(-30)), await tokenOf(others, now())];
    stored.store.readings = 0;
    expect(await before(ring)).toBe("valid");
    expect(stored.store.readings).toBe(0);
    // The change is still in force: the token has another date than the key may sign.
    expect(await after(ring)).toBe("invalid");
    expect(stored.store.readings).toBe(1);
    inForce = { algorithm, replaced: new Map() };
    expect(await after(ring)).toBe("valid");
    expect(stored.store.readings).toBe(2);
  },
);

// Attack: tokens with made-up key ids, to have the database read for each.
// security 28
test("unknown key ids share few reads of the store, and malformed ids cause none", async () => {
  const { load, store } = createStore();
  const ring = ringOf(load);
  await ring.reload();
  store.readings = 0;
  const strange = ["", "../../dev/null", "' OR 1=1 --", "k".repeat(42), "k".repeat(10_240)];
  expect(await Promise.all(strange.map((id) => ring.find(id)))).toEqual(
    strange.map(() => undefined),
  );
  expect(store.readings).toBe(0);

  const unknown = Array.from({ length: 1000 }, (_, index) => String(index).padStart(43, "k"));
  await Promise.all(unknown.map((id) => ring.find(id)));
  await Promise.all(unknown.map((id) => ring.find(id)));
  expect(store.readings).toBeLessThanOrEqual(3);
});

test("a token of a new key is verified, also during a flood of unknown key ids", async () => {
  const { load, store } = createStore([await storedKey(seconds(-60))]);
  const ring = ringOf(load);
  await ring.reload();
  const newer = await storedKey(seconds(-1));
  const faster = ringOf(createStore([newer]).load);
  await faster.reload();
  const exp = Math.floor(Date.now() / 1000) + 60;
  const claims = { iss: "us", sub: "s", jti: "j", iat: exp - 60, exp };
  const token = await createJwtSigner(faster).sign("at+jwt", claims);
  expect(keyIdOf(token)).toBe(newer.id);

  const flood = Array.from({ length: 50 }, (_, index) =>
    ring.find(String(index).padStart(43, "k")),
  );
  store.keys.push(newer);
  const verified = await createJwtSigner(ring).verify(token, {
    type: "at+jwt",
    issuer: "us",
    now: now(),
  });
  expect(verified).toEqual({ status: "valid", claims });
  await Promise.all(flood);
});

// Bad day: the store cannot be read. No response may say that a token is invalid, because that is not known.
test("while the store is unavailable known keys work, and an unknown key is UNAVAILABLE", async () => {
  const key = await storedKey(seconds(-60));
  const { load, store } = createStore([key]);
  const ring = ringOf(load);
  await ring.reload();
  store.isAway = true;
  expect(ring.find("k".repeat(43))).rejects.toThrow("away");
  expect(await ring.find(key.id)).toMatchObject({ id: key.id });
  expect(ring.current().id).toBe(key.id);
});

// Bad day: the database hangs. The attack: to keep connections of ours busy with made-up key ids meanwhile.
test("a lookup ends with UNAVAILABLE while the store does not respond, whether a reading has begun or not", async () => {
  const waiting = Promise.withResolvers<StoredKey[]>();
  const ring = ringOf(() => waiting.promise);
  for (const already of [0, 1, 2]) {
    if (already > 0) void ring.reload();
    const finds = Array.from({ length: 10 }, () => codeOf(ring.find("k".repeat(43))));
    expect(await Promise.all(finds)).toEqual(Array(10).fill("UNAVAILABLE"));
  }
  const key = await storedKey(seconds(-60));
  waiting.resolve([key]);
  expect(await ring.find(key.id)).toMatchObject({ id: key.id });
});

test("a key ring without a signing key is UNAVAILABLE", async () => {
  const ring = ringOf(createStore().load);
  const { sign } = createJwtSigner(ring);
  expect(await codeOf(sign("at+jwt", {}))).toBe("UNAVAILABLE");
});

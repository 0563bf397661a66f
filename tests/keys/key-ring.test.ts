import { afterEach, expect, setSystemTime, test } from "bun:test";

import { systemClock } from "../../src/kernel/clock.ts";
import { createJwtSigner } from "../../src/platform/jwt/jwt-signer.ts";
import { createKeyPair } from "../../src/platform/jwt/key-pair.ts";
import { createKeyRing } from "../../src/platform/jwt/key-ring.ts";
import type { AsymmetricAlgorithm, StoredKey } from "../../src/platform/jwt/port.ts";
import { codeOf } from "../support/error-code.ts";
import { keyIdOf } from "../support/signing-keys.ts";

afterEach(() => {
  setSystemTime();
});

const secrets = { current: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only", previous: null };

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

function ringOf(load: () => Promise<StoredKey[]>, algorithm: "HS256" | "EdDSA" = "EdDSA") {
  return createKeyRing({ clock: systemClock, algorithm, secrets, load });
}

const now = () => new Date();
const seconds = (count: number) => new Date(Date.now() + count * 1000);

test("the newest active key signs; which one that is follows from the clock alone", async () => {
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

test("a key verifies until its end, and not for a moment longer", async () => {
  const key = { ...(await storedKey(seconds(-60))), verifyUntil: seconds(10) };
  const ring = ringOf(createStore([key]).load);
  await ring.reload();
  expect(await ring.find(key.id)).toMatchObject({ id: key.id, algorithm: "EdDSA" });
  expect(ring.published()).toHaveLength(1);
  setSystemTime(key.verifyUntil);
  expect(await ring.find(key.id)).toBeUndefined();
  expect(ring.published()).toEqual([]);
});

test("nothing is published under HS256, though key pairs still verify", async () => {
  const key = await storedKey(seconds(-60));
  const ring = ringOf(createStore([key]).load, "HS256");
  await ring.reload();
  expect(ring.published()).toEqual([]);
  expect(await ring.find(key.id)).toMatchObject({ id: key.id });
});

// Attack: tokens with made-up key ids, to have the database read for each.
// security 28
test("unknown key ids share few readings of the store, and ids of no form that ours have cause none", async () => {
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

test("a token of a key that was made a moment ago is verified, also amid a flood of unknown ones", async () => {
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

// Bad day: the store cannot be read. Nobody may be told that a token is invalid, for that is not known.
test("when the store is away known keys go on, and an unknown one is neither accepted nor refused", async () => {
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

test("a ring without a key to sign with says so as unavailable", async () => {
  const ring = ringOf(createStore().load);
  const { sign } = createJwtSigner(ring);
  expect(await codeOf(sign("at+jwt", {}))).toBe("UNAVAILABLE");
});

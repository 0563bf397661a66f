import { afterEach, expect, spyOn, test } from "bun:test";

import { createBcryptHasher } from "../../src/platform/password-hasher/bcrypt-hasher.ts";
import { anyAdmission } from "../support/admission.ts";
import { codeIn } from "../support/error-code.ts";
import { simulateHashTime } from "../support/simulated-hash-time.ts";

const expensive = `bcrypt$$2b$12$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm`;
const own = `$2b$04$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm`;
const argon2 = `$argon2id$v=19$m=8192,t=2,p=1$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w`;
const password = "WrongPassword123!";

const spies: { mockRestore(): void }[] = [];

afterEach(() => {
  for (const spy of spies.splice(0)) spy.mockRestore();
});

/** Replaces `Bun.password.verify`: comparisons at cost 12 run until the gate is opened, all others match at once. */
function holdExpensiveComparisons() {
  const gate = Promise.withResolvers<void>();
  const started: string[] = [];
  const spy = spyOn(Bun.password, "verify").mockImplementation(async (_password, hash) => {
    const text = textOf(hash);
    started.push(text);
    if (text.startsWith("$2b$12$")) await gate.promise;
    return true;
  });
  spies.push(spy);
  return { started, open: () => gate.resolve() };
}

function textOf(hash: unknown): string {
  if (typeof hash !== "string") throw new TypeError("a hash is a string here");
  return hash;
}

/** The result of a verification, or the code of its error. */
function outcomeOf(verification: Promise<boolean>): Promise<unknown> {
  return verification.catch(codeIn);
}

// Attack: sign-ins to one account with an expensive hash occupy every processor, and all others wait.
// security 153
test("while expensive comparisons run and wait, all others are admitted", async () => {
  const { started, open } = holdExpensiveComparisons();
  const hasher = createBcryptHasher({ cost: 4, concurrency: 1, waiting: 64 });
  const flood = Array.from({ length: 12 }, () =>
    outcomeOf(hasher.verify(password, expensive, anyAdmission)),
  );
  expect(await hasher.verify(password, own, anyAdmission)).toBe(true);
  expect(await hasher.hash(password, anyAdmission)).toStartWith("$2b$04$");
  expect(started.filter((hash) => hash.startsWith("$2b$12$"))).toHaveLength(1);

  open();
  const outcomes = await Promise.all(flood);
  // One runs and eight wait.
  expect(outcomes.filter((outcome) => outcome === true)).toHaveLength(9);
  expect(outcomes.filter((outcome) => outcome === "OVERLOADED")).toHaveLength(3);
});

// Attack: a flood of ordinary sign-ins keeps the users of imported hashes out.
// security 153
test("while ordinary comparisons fill their lane, an expensive one is admitted", async () => {
  const gate = Promise.withResolvers<void>();
  const spy = spyOn(Bun.password, "verify").mockImplementation(async (_password, hash) => {
    if (textOf(hash).startsWith("$2b$04$")) await gate.promise;
    return true;
  });
  spies.push(spy);
  const hasher = createBcryptHasher({ cost: 4, concurrency: 2, waiting: 1 });
  const flood = Array.from({ length: 5 }, () =>
    outcomeOf(hasher.verify(password, own, anyAdmission)),
  );
  expect(await hasher.verify(password, expensive, anyAdmission)).toBe(true);
  gate.resolve();
  const outcomes = await Promise.all(flood);
  expect(outcomes.filter((outcome) => outcome === "OVERLOADED")).toHaveLength(2);
});

// Bad day: all users were imported, and many sign in at once after a restart.
test("a kind of hash is measured once, however many sign-ins wait for that", async () => {
  using time = simulateHashTime();
  const hasher = createBcryptHasher({ cost: 8, concurrency: 4, waiting: 64 });
  const signIns = Array.from({ length: 20 }, () => hasher.verify(password, argon2, anyAdmission));
  expect(await Promise.all(signIns)).toEqual(signIns.map(() => false));
  // 16 ms for each sign-in, for one measurement, and for the bcrypt comparison that it is relative to.
  expect(time.milliseconds).toBe(22 * 16);
});

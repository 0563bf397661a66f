import { expect, test } from "bun:test";

import { createBcryptHasher } from "../../src/platform/password-hasher/bcrypt-hasher.ts";

const key = "63BZx84I0IzjE6wsE/YfD+qyvdjrq9N4zM7qNwdYgaY=";
const bcryptOfOthers = "bcrypt$$2b$09$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm";

/** The processor's time, which no other process on the machine changes, that refusals take with each of some hashes. */
async function leastTimes(hashes: readonly (string | null)[], password: string): Promise<number[]> {
  const hasher = createBcryptHasher({ cost: 8, concurrency: 1, waiting: 10 });
  const least = hashes.map(() => Number.POSITIVE_INFINITY);
  // The first rounds teach the hasher what there is.
  for (let round = -5; round < 15; round += 1) {
    for (const [which, hash] of hashes.entries()) {
      const before = process.cpuUsage();
      expect(await hasher.verify(password.normalize("NFKC"), hash, password)).toBe(false);
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) least[which] = Math.min(least[which] ?? 0, user + system);
    }
  }
  return least;
}

// Attack: after users of another service came, to tell them from unknown addresses by the time of a refusal.
// security 9, 13
test.each([
  ["cheaper ones", [`pbkdf2_sha256$10000$salt$${key}`, `pbkdf2_sha256$25000$salt$${key}`]],
  ["a dearer one", [`pbkdf2_sha256$90000$salt$${key}`, `pbkdf2_sha256$25000$salt$${key}`]],
  ["bcrypt of a higher cost", [bcryptOfOthers]],
])(
  "a wrong password takes as long against hashes of others as against none: %s",
  async (_name, hashes) => {
    const least = await leastTimes([null, ...hashes], "WrongPassword123!");
    expect(Math.max(...least) / Math.min(...least)).toBeLessThan(1.25);
  },
  30_000,
);

// Attack: the same with a password of which hashes of others take two comparisons.
// security 9, 13
test("so does one of more bytes than bcrypt takes, and one that others do not normalise", async () => {
  for (const password of ["wrong-Password-1-".repeat(6), "Wrong½µPassword1!"]) {
    const least = await leastTimes([null, bcryptOfOthers], password);
    expect(Math.max(...least) / Math.min(...least)).toBeLessThan(1.25);
  }
}, 30_000);

import { expect, test } from "bun:test";

import { createBcryptHasher } from "../../src/platform/password-hasher/bcrypt-hasher.ts";

// Attack: after the operator has raised BCRYPT_COST, to tell old accounts from unknown ones by the time of a refusal.
// security 9, 13
test("a wrong password takes as long against a hash of a lower cost as against none", async () => {
  const options = { concurrency: 1, waiting: 10 };
  const hasher = createBcryptHasher({ cost: 10, ...options });
  const old = await createBcryptHasher({ cost: 7, ...options }).hash("SecurePassword123!");

  const samples = { old: [] as number[], none: [] as number[] };
  for (let round = 0; round < 15; round += 1) {
    for (const [name, hash] of [
      ["old", old],
      ["none", null],
    ] as const) {
      // The processor's time, which no other process on the machine changes.
      const before = process.cpuUsage();
      expect(await hasher.verify("WrongPassword123!", hash)).toBe(false);
      const { user, system } = process.cpuUsage(before);
      samples[name].push(user + system);
    }
  }
  const least = (times: number[]) => Math.min(...times);
  const ratio = least(samples.old) / least(samples.none);
  expect(ratio).toBeGreaterThan(0.85);
  expect(ratio).toBeLessThan(1.15);
});

test("the right password is recognised at any cost", async () => {
  const hasher = createBcryptHasher({ cost: 6, concurrency: 1, waiting: 1 });
  for (const cost of [4, 6, 7]) {
    const hash = await Bun.password.hash("SecurePassword123!", { algorithm: "bcrypt", cost });
    expect(await hasher.verify("SecurePassword123!", hash)).toBe(true);
  }
});

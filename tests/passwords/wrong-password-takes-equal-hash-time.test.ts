import { expect, test } from "bun:test";

import { createBcryptHasher } from "../../src/platform/password-hasher/bcrypt-hasher.ts";
import { anyAdmission } from "../support/admission.ts";
import { simulateHashTime } from "../support/simulated-hash-time.ts";

// How the real times compare is measured by `bun bench/main.ts "equal time"`.

const bcrypt = (cost: string) =>
  `$2b$${cost}$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm`;
const argon2 = (parameters: string) =>
  `$argon2id$v=19$${parameters}$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w`;

/** The simulated milliseconds that a wrong password takes with no hash and with each of `hashes`. */
async function timesOf(
  hashes: readonly string[],
  password = "WrongPassword123!",
): Promise<number[]> {
  using time = simulateHashTime();
  const hasher = createBcryptHasher({ cost: 8, concurrency: 1, waiting: 10 });
  const compared = [null, ...hashes];
  const times: number[] = [];
  // The hasher measures in the first round what comparisons with imported hashes take.
  for (const round of [1, 2]) {
    for (const hash of compared) {
      const before = time.milliseconds;
      const typed = password.normalize("NFKC");
      expect(await hasher.verify(typed, hash, anyAdmission, password)).toBe(false);
      if (round === 2) times.push(time.milliseconds - before);
    }
  }
  return times;
}

// Attack: an operator has changed BCRYPT_COST or imported users, and the time of a failed sign-in tells their accounts
// from unknown ones.
// security 9, 13
test.each([
  ["of a lower cost", [bcrypt("05"), bcrypt("07")], 16],
  ["of a higher cost, from before the operator lowered it", [bcrypt("09")], 32],
  ["imported, cheaper", [argon2("m=1024,t=2,p=1"), argon2("m=4096,t=2,p=1")], 16],
  ["imported, as expensive", [argon2("m=8192,t=2,p=1")], 16],
  ["imported bcrypt of the same cost", [`bcrypt$${bcrypt("08")}`], 16],
])(
  "a wrong password takes as long with a hash %s as with none",
  async (_, hashes, milliseconds) => {
    expect(await timesOf(hashes)).toEqual(Array(hashes.length + 1).fill(milliseconds));
  },
);

// Attack: the same with a password that is compared with an imported hash in two forms.
// security 9, 13
test.each([
  ["of more bytes than bcrypt reads", "wrong-Password-1-".repeat(6)],
  ["that changes when it is normalised", "Wrong½µPassword1!"],
])("a wrong password %s takes as long with an imported hash as with none", async (_, password) => {
  expect(await timesOf([`bcrypt$${bcrypt("08")}`], password)).toEqual([32, 32]);
});

// Attack: one imported hash that takes a second makes every refused sign-in take a second of a processor.
// part of security 153
test.each([
  ["argon2id", argon2("m=8192,t=5,p=1"), 40],
  ["bcrypt", `bcrypt$${bcrypt("12")}`, 256],
])(
  "an imported %s hash above the cost makes no refusal for another account slower",
  async (_, expensive, milliseconds) => {
    const others = [bcrypt("08"), argon2("m=1024,t=2,p=1"), bcrypt("05")];
    expect(await timesOf([expensive, ...others])).toEqual([16, milliseconds, 16, 16, 16]);
  },
);

test("the right password is recognised at any cost", async () => {
  const hasher = createBcryptHasher({ cost: 6, concurrency: 1, waiting: 1 });
  for (const cost of [4, 6, 7]) {
    const hash = await Bun.password.hash("SecurePassword123!", { algorithm: "bcrypt", cost });
    expect(await hasher.verify("SecurePassword123!", hash, anyAdmission)).toBe(true);
  }
});

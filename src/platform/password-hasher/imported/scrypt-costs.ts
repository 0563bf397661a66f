import { scrypt } from "node:crypto";

import { mostBytes, type PasswordForm } from "./hash-reader.ts";

/** The cost parameters of scrypt, as RFC 7914 §2 names them. */
export interface ScryptCosts {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** The most blocks (N·r·p) that one comparison mixes, in about a second. */
const mostBlocks = 2 ** 22;

/** Whether scrypt is defined for these costs. */
export function areSound({ N, r, p }: ScryptCosts): boolean {
  return N > 1 && Number.isInteger(Math.log2(N)) && r > 0 && p > 0;
}

/** Whether a comparison takes more time or memory than is accepted. */
export function areTooHigh({ N, r, p }: ScryptCosts): boolean {
  return 128 * N * r > mostBytes || N * r * p > mostBlocks;
}

/** Derives a key of `length` bytes. */
export function deriveByScrypt(
  form: PasswordForm,
  salt: Buffer,
  length: number,
  costs: ScryptCosts,
): Promise<Buffer> {
  // The memory that is needed and a margin: the library refuses to use more than its limit.
  const maxmem = 128 * costs.r * (costs.N + costs.p + 2) + 2 ** 20;
  return new Promise((resolve, reject) => {
    scrypt(form, salt, length, { ...costs, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

import { availableParallelism } from "node:os";

import { startStopwatch } from "../../../kernel/clock.ts";
import type { Check } from "../check.ts";
import { ok, warn } from "../finding.ts";

/** Longer than users wait gladly, also while others sign in at the same time. */
const longSeconds = 1;

/** How long one password hash takes here, by which the number of sign-ins is limited. */
export const passwordHashingCheck: Check = {
  name: "password-hashing",
  needs: ["BCRYPT_COST", "LOGIN_QUEUE"],
  timeoutSeconds: 60,
  async run({ platform }) {
    const { hasher, settings } = platform;
    const admission = { source: "doctor", account: "doctor", signal: undefined };
    const readMilliseconds = startStopwatch();
    await hasher.hash("a password of the doctor", admission);
    const seconds = readMilliseconds() / 1000;
    const each = `${seconds.toFixed(2)} s with BCRYPT_COST=${settings.bcryptCost}`;
    const rate = Math.max(1, Math.floor(availableParallelism() / Math.max(seconds, 0.001)));
    const what = `${each}: at most about ${rate} sign-ins a second with passwords`;
    const name = "password-hashing";
    if (seconds <= longSeconds) return [ok(name, what)];
    return [warn(name, what, "lower BCRYPT_COST, or take a faster machine")];
  },
};

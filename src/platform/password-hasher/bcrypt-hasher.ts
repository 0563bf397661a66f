import { AppError } from "../../kernel/errors.ts";
import type { PasswordHasher } from "./port.ts";
import { createWorkQueue } from "./work-queue.ts";

/** What bcrypt makes, its cost first. Anything else that stands in the place of a hash is nobody's password. */
const bcryptHash =
  /^\$2[abxy]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;

/** A well-formed bcrypt hash of no known password: verifying against it costs what any other does. */
function dummyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy`;
}

/**
 * bcrypt at the given cost on Bun's thread pool, as many at once as `concurrency` and `waiting` more in a queue;
 * beyond that `OVERLOADED`, so that a flood of logins starves nothing else.
 */
export function createBcryptHasher(options: {
  cost: number;
  concurrency: number;
  waiting: number;
}): PasswordHasher {
  const queue = createWorkQueue({
    concurrency: options.concurrency,
    waiting: options.waiting,
    refuse: () =>
      new AppError("OVERLOADED", "Too many sign-ins at once. Please try again shortly.", {
        retryAfterSeconds: 5,
      }),
  });
  const dummy = dummyHash(options.cost);

  /** Comparisons at costs c, c, c + 1 … up to the present one less 1 take as long together as one at the present cost. */
  async function spendTheRest(password: string, hash: string): Promise<void> {
    for (let cost = costOf(hash); cost < options.cost; cost += 1) {
      await Bun.password.verify(password, dummyHash(cost));
    }
  }

  return {
    hash: (password) =>
      queue.run(() => Bun.password.hash(password, { algorithm: "bcrypt", cost: options.cost })),
    verify: (password, hash) =>
      queue.run(async () => {
        // Bun's verify throws on an empty password and on what is no hash; the work is done all the same, for equal time.
        const isComparable = password !== "" && hash !== null && bcryptHash.test(hash);
        const matches = await Bun.password.verify(
          password || "\u0001",
          isComparable ? hash : dummy,
        );
        // Else the time would tell an account of a lower cost from none.
        if (!matches && isComparable) await spendTheRest(password, hash);
        return matches && isComparable;
      }),
    isOutdated: (hash) => costOf(hash) < options.cost,
  };
}

/** The cost that a hash was made at, or NaN for what is no hash of ours. */
function costOf(hash: string): number {
  return Number(bcryptHash.exec(hash)?.[1]);
}

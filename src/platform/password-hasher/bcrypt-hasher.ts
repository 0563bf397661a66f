import { AppError } from "../../kernel/errors.ts";
import type { PasswordHasher } from "./port.ts";
import { createWorkQueue } from "./work-queue.ts";

/** A well-formed bcrypt hash of no known password: verifying against it costs what any other does. */
function dummyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$${"N9qo8uLOickgx2ZMRZoMye".slice(0, 22)}${"IjZAgcfl7p92ldGxad68LJZdL17lhWy".slice(0, 31)}`;
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

  return {
    hash: (password) =>
      queue.run(() => Bun.password.hash(password, { algorithm: "bcrypt", cost: options.cost })),
    verify: (password, hash) =>
      queue.run(async () => {
        // Bun's verify throws on an empty password; the work is done all the same, for equal time.
        const matches = await Bun.password.verify(password || "\u0001", hash ?? dummy);
        return matches && hash !== null && password !== "";
      }),
  };
}

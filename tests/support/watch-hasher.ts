import type { PasswordHasher } from "../../src/platform/password-hasher/port.ts";
import type { TestApp } from "./test-app.ts";

/** What a watched hasher was asked to do so far. */
export interface HasherWork {
  /** How many passwords were to be hashed. */
  hashed: number;
  /** The stored hash (null: none) of each comparison. */
  readonly compared: Array<string | null>;
}

/** Notes what an app's hasher is asked to do from now on. Each piece of work waits for `before` first. */
export function watchHasher(
  app: Pick<TestApp, "platform">,
  before: () => Promise<void> = () => Promise.resolve(),
): HasherWork {
  const { hasher } = app.platform;
  const work: HasherWork = { hashed: 0, compared: [] };
  const watched: PasswordHasher = {
    ...hasher,
    hash: async (password, admission) => {
      work.hashed += 1;
      await before();
      return hasher.hash(password, admission);
    },
    verify: async (password, hash, ...rest) => {
      work.compared.push(hash);
      await before();
      return hasher.verify(password, hash, ...rest);
    },
  };
  Object.assign(app.platform, { hasher: watched });
  return work;
}

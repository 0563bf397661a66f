import type { PasswordHasher } from "../../src/platform/password-hasher/port.ts";
import type { TestApp } from "./test-app.ts";

/** What a watched hasher was asked to do so far. */
export interface HasherWork {
  /** How many passwords were to be hashed. */
  hashed: number;
  /** How many comparisons have started: those of throttled attempts do not. */
  started: number;
  /** The stored hash (null: none) of each comparison that was asked for. */
  readonly compared: Array<string | null>;
}

/** Notes what an app's hasher is asked to do from now on. Each piece of work waits for `before` first. */
export function watchHasher(
  app: Pick<TestApp, "platform">,
  before: () => Promise<void> = () => Promise.resolve(),
): HasherWork {
  const { hasher } = app.platform;
  const work: HasherWork = { hashed: 0, started: 0, compared: [] };
  const watched: PasswordHasher = {
    ...hasher,
    hash: async (password, admission) => {
      work.hashed += 1;
      await before();
      return hasher.hash(password, admission);
    },
    verify: async (password, hash, admission, typed) => {
      work.compared.push(hash);
      await before();
      const mayStart = async (): Promise<boolean> => {
        const may = (await admission.mayStart?.()) ?? true;
        if (may) work.started += 1;
        return may;
      };
      return hasher.verify(password, hash, { ...admission, mayStart }, typed);
    },
  };
  Object.assign(app.platform, { hasher: watched });
  return work;
}

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
  Object.assign(app.platform, {
    hasher: {
      ...hasher,
      hash: async (password: string) => {
        work.hashed += 1;
        await before();
        return hasher.hash(password);
      },
      verify: async (password: string, hash: string | null, typed?: string) => {
        work.compared.push(hash);
        await before();
        return hasher.verify(password, hash, typed);
      },
    },
  });
  return work;
}

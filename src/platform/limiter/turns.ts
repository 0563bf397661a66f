/** Runs work for one key after the other, and work for different keys at the same time. */
export interface Turns {
  /** Runs the work in its turn. If the work before it failed, it fails with the same error, without being run. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** Without turns, parallel statements for one key would each wait for the row's lock, and occupy a connection meanwhile. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async run(key, work) {
      const earlier = last.get(key);
      const own = earlier ? earlier.then(work) : work();
      last.set(key, own);
      try {
        return await own;
      } finally {
        if (last.get(key) === own) last.delete(key);
      }
    },
  };
}

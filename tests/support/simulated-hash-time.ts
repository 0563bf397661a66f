import { spyOn } from "bun:test";

/** The time of all comparisons so far, in milliseconds of a simulated clock. Disposing of it restores the real ones. */
export interface SimulatedHashTime extends Disposable {
  readonly milliseconds: number;
}

/**
 * Replaces `Bun.password.verify` by one that always refuses and moves a simulated monotonic clock on: 1 ms for bcrypt at
 * cost 4, doubled by each step of the cost, and 1 ms for each mebibyte that argon2 writes.
 */
export function simulateHashTime(): SimulatedHashTime {
  let now = 0;
  const clock = spyOn(performance, "now").mockImplementation(() => now);
  const verify = spyOn(Bun.password, "verify").mockImplementation(async (_password, hash) => {
    now += millisecondsOf(hash);
    return false;
  });
  return {
    get milliseconds() {
      return now;
    },
    [Symbol.dispose]() {
      clock.mockRestore();
      verify.mockRestore();
    },
  };
}

function millisecondsOf(hash: unknown): number {
  if (typeof hash !== "string") throw new TypeError("a hash is a string here");
  const [, cost] = /^\$2b\$(\d\d)\$/.exec(hash) ?? [];
  if (cost !== undefined) return 2 ** (Number(cost) - 4);
  const [, kibibytes, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),/.exec(hash) ?? [];
  if (kibibytes === undefined) throw new Error(`no simulated time for ${hash}`);
  return (Number(kibibytes) * Number(passes)) / 1024;
}

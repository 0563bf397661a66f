import { expect } from "bun:test";
import type postgres from "postgres";
import { codeIn, codeOf } from "./error-code.ts";

const workerCount = 15;
const recoveryMs = 5_000;

/** Transactions of two halves in every rhythm, and plain statements between them, until `finish`. */
export function startTransactionLoad(pool: postgres.Sql) {
  const committed: number[] = [];
  const failures = new Map<unknown, number>();
  let successes = 0;
  let nextId = 1;
  let running = true;

  const transact = (id: number): Promise<unknown> =>
    pool.begin(async (tx) => {
      try {
        if (id % 3 === 0) {
          await Promise.all([
            tx`insert into halves values (${id}, 1)`,
            tx`insert into halves values (${id}, 2)`,
          ]);
        } else {
          await tx`insert into halves values (${id}, 1)`;
          await (id % 3 === 1 ? tx`select pg_sleep(0.01)` : Bun.sleep(10));
          await tx`insert into halves values (${id}, 2)`;
        }
      } catch (error) {
        // A careless caller goes on, at once and after the connection was lent to another.
        await codeOf(tx`insert into late values (${id})`);
        await Bun.sleep(50);
        await codeOf(tx`insert into late values (${id})`);
        throw error;
      }
    });

  const work = async (): Promise<void> => {
    while (running) {
      const id = nextId++;
      try {
        if (id % 4 === 0) await pool`select ${id}::integer, pg_sleep(0.002)`;
        else {
          await transact(id);
          committed.push(id);
        }
        successes++;
      } catch (error) {
        const code = codeIn(error);
        // The pool was ended under a load that nobody finished.
        if (code === "CONNECTION_ENDED") return;
        failures.set(code, (failures.get(code) ?? 0) + 1);
        await Bun.sleep(1);
      }
    }
  };
  const workers = Promise.all(Array.from({ length: workerCount }, work));

  return {
    /** Milliseconds until a statement that is not yet answered succeeds; at most `recoveryMs`. */
    async nextSuccess(): Promise<number> {
      const start = performance.now();
      const before = successes;
      while (successes <= before + workerCount && performance.now() - start < recoveryMs)
        await Bun.sleep(1);
      return performance.now() - start;
    },
    /** Ends the load; throws where a statement never settles. */
    async finish() {
      running = false;
      const hung = Bun.sleep(recoveryMs).then(() => "hung");
      expect(await Promise.race([workers.then(() => "settled"), hung])).toBe("settled");
      return { committed, failures };
    },
  };
}

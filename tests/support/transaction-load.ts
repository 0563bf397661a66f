import { expect } from "bun:test";
import type postgres from "postgres";
import { codeIn, codeOf } from "./error-code.ts";
import { eventually } from "./eventually.ts";

const workerCount = 15;
/** A load that has not recovered by then never does. */
const recoverySeconds = 60;

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
        // The pool was closed before the load was finished.
        if (code === "CONNECTION_ENDED") return;
        failures.set(code, (failures.get(code) ?? 0) + 1);
        await Bun.sleep(1);
      }
    }
  };
  const workers = Promise.all(Array.from({ length: workerCount }, work));

  return {
    /** Waits until a statement succeeds that is sent after this call. */
    async nextSuccess(): Promise<void> {
      const before = successes;
      await eventually(
        () => successes,
        (count) => count > before + workerCount,
        recoverySeconds,
      );
    },
    /** Ends the load; throws where a statement never settles. */
    async finish() {
      running = false;
      const hung = Bun.sleep(recoverySeconds * 1000).then(() => "hung");
      expect(await Promise.race([workers.then(() => "settled"), hung])).toBe("settled");
      return { committed, failures };
    },
  };
}

import postgres, { type Sql } from "postgres";

import { allSealed } from "./all-sealed.ts";
import { median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import { postgresProcessorMilliseconds } from "./processor-time.ts";
import { register, signIn, startBenchServer } from "./server.ts";

const userCount = 40;
const signInsPerUser = 10;
const signInCount = userCount * signInsPerUser;
/** Enough that the hashing never stops, few enough that the queue of sign-ins never overflows. */
const callers = 4;
const restSeconds = 5;

/**
 * The processor time that all processes of Postgres take for a sign-in, from the request until its audit row is sealed:
 * reading the user, the statement that opens the session, sealing, the outbox workers and all other periodic work that falls
 * in the same time. The password hash is not part of it, since Gatehouse computes it.
 */
export const signInCost: Measurement = {
  name: "sign-in cost",
  async measure({ rounds }) {
    await using running = await startBenchServer("postgres", { BCRYPT_COST: "10" });
    const { home, server } = running;
    const sql = postgres(home.settings["DATABASE_URL"] ?? "", { max: 1, onnotice: () => {} });
    try {
      const users = await Promise.all(Array.from({ length: userCount }, () => register(server)));
      /** Each user signs in so often, a few users at a time. */
      const signAllIn = async (times: number): Promise<void> => {
        const waiting = Array.from({ length: times }, () => users).flat();
        const call = async (): Promise<void> => {
          for (let user = waiting.pop(); user; user = waiting.pop()) await signIn(server, user);
        };
        await Promise.all(Array.from({ length: callers }, call));
        await allSealed(sql);
      };
      await signAllIn(2);
      const costs: number[] = [];
      const costsAtRest: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const atRest = await measure(sql, () => Bun.sleep(restSeconds * 1000));
        const signingIn = await measure(sql, () => signAllIn(signInsPerUser));
        costs.push(signingIn.milliseconds / signInCount);
        const shareAtRest = (atRest.milliseconds / atRest.seconds) * signingIn.seconds;
        costsAtRest.push(shareAtRest / signInCount);
      }
      return [
        {
          id: "sign-in cost",
          what: "processor time of Postgres for a sign-in with a password",
          value: median(costs),
          unit: "ms",
          target: { atMost: 1 },
          rounds: costs,
          note: `${signInCount} sign-ins of ${userCount} users a round, ${callers} at a time; ${median(costsAtRest).toFixed(2)} ms of it Postgres takes in the same time at rest`,
        },
      ];
    } finally {
      await sql.end();
    }
  },
};

/** What Postgres takes while `work` is done, and how long that is. */
async function measure(
  sql: Sql,
  work: () => Promise<void>,
): Promise<{ milliseconds: number; seconds: number }> {
  const before = await postgresProcessorMilliseconds(sql);
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  return { milliseconds: (await postgresProcessorMilliseconds(sql)) - before, seconds };
}

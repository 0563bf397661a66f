import postgres, { type Sql } from "postgres";

import { eventually } from "../tests/support/eventually.ts";
import type { ServerProcess } from "../tests/support/executable.ts";
import {
  findListeningBackends,
  type ListeningBackends,
} from "../tests/support/listening-backends.ts";
import { type RunningLoad, startLoad } from "./load.ts";
import { median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import { percentile } from "./percentile.ts";
import { awaitRefusal, isAccepted } from "./refusal.ts";
import { createSubject, type Subject, type Way, ways } from "./revocation-ways.ts";
import { type BenchReplicas, register, startBenchReplicas } from "./server.ts";

const names = ["one", "two", "three"];
const revocations = 100;
const cuts = 40;
const callersPerReplica = 8;
/** For so long nothing may be accepted once it was refused. */
const steadyMilliseconds = 100;
/** After a cut: until the replica listens again, and longer. */
const reconnectedMilliseconds = 400;

/**
 * P2: how long after the revoking call's answer the last of three replicas refuses, each under a load that takes all that the
 * machine has; and what a replica accepts whose listening connection was cut just before.
 */
export const revocation: Measurement = {
  name: "revocation",
  async measure({ rounds }) {
    // Cheap log-ins: each revocation takes somebody of its own.
    await using running = await startBenchReplicas(names, { BCRYPT_COST: "10" });
    const sql = postgres(running.databaseUrl, { max: 4 });
    await using backends = findListeningBackends(running.databaseUrl, names.at(-1));
    const lags: number[][] = [];
    const stale: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const subjects = await createSubjects(running, sql);
      await using load = await startLoads(running);
      lags.push(await measureLags(running, sql, subjects.slice(cuts)));
      stale.push(await countStale(running, sql, backends, subjects.slice(0, cuts)));
      await load.finish();
    }
    await sql.end();

    const p99s = lags.map((each) => percentile(each, 99));
    const [typical, longest] = [percentile(lags.flat(), 50), Math.max(...lags.flat())];
    return [
      {
        id: "P2",
        what: `${revocations} revocations, until all of ${names.length} replicas refuse, 99th percentile`,
        value: median(p99s),
        unit: "ms",
        target: { atMost: 100 },
        rounds: p99s,
        note: `half within ${typical.toFixed(1)} ms, all within ${longest.toFixed(1)} ms`,
      },
      {
        id: "P2",
        what: "stale answers of a replica whose listening connection is cut",
        value: stale.reduce((sum, count) => sum + count, 0),
        unit: "",
        target: { atMost: 0 },
        rounds: stale,
        note: `${cuts} revocations in each round`,
      },
    ];
  },
};

/** Before the load: passwords are hashed for each. */
async function createSubjects({ servers }: BenchReplicas, sql: Sql): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (let number = 0; number < revocations + cuts; number += 1) {
    subjects.push(await createSubject(turn(servers, number), sql));
  }
  return subjects;
}

/** The load on all replicas, as one. */
async function startLoads({ servers }: BenchReplicas) {
  const loads: RunningLoad[] = [];
  for (const server of servers) {
    const user = await register(server);
    loads.push(
      await startLoad({ kind: "mixed", url: server.url, callers: callersPerReplica, user }),
    );
  }
  return {
    finish: () => Promise.all(loads.map((load) => load.finish())),
    async [Symbol.asyncDispose]() {
      for (const load of loads) await load[Symbol.asyncDispose]();
    },
  };
}

/** Each revocation's time, at whichever replica learns of it last. */
async function measureLags(
  { servers }: BenchReplicas,
  sql: Sql,
  subjects: readonly Subject[],
): Promise<number[]> {
  const lags: number[] = [];
  for (const [number, subject] of subjects.entries()) {
    const [way, server] = [turn(ways, number), turn(servers, number)];
    await Promise.all(servers.map((each) => makeKnown(each, way, subject)));
    const revocation = { answeredAt: Number.POSITIVE_INFINITY };
    const refusals = servers.map((each) =>
      awaitRefusal(useOf(each, way, subject), revocation, steadyMilliseconds),
    );
    await way.revoke(server, subject, sql);
    revocation.answeredAt = performance.now();
    const times = (await Promise.all(refusals)).map(({ milliseconds }) => milliseconds);
    lags.push(Math.max(...times));
  }
  return lags;
}

/** What the last replica accepts of what another has revoked, when it was cut off before and knew the token. */
async function countStale(
  { servers }: BenchReplicas,
  sql: Sql,
  backends: ListeningBackends,
  subjects: readonly Subject[],
): Promise<number> {
  const [server, replica] = [turn(servers, 0), turn(servers, servers.length - 1)];
  let stale = 0;
  for (const [number, subject] of subjects.entries()) {
    const way = turn(ways, number);
    await eventually(backends.pids, (pids) => pids.length === 1);
    await Bun.sleep(reconnectedMilliseconds);
    await makeKnown(replica, way, subject);
    await cut(await backends.pids(), sql);
    await way.revoke(server, subject, sql);
    const revocation = { answeredAt: performance.now() };
    const use = useOf(replica, way, subject);
    stale += (await awaitRefusal(use, revocation, reconnectedMilliseconds)).accepted;
  }
  return stale;
}

/** Ends the server's side of connections, and waits until it has. */
async function cut(pids: readonly number[], sql: Sql): Promise<void> {
  for (const pid of pids) await sql`select pg_terminate_backend(${pid}, 5000)`;
}

/** From the second time on a replica answers from memory. */
async function makeKnown(server: ServerProcess, way: Way, subject: Subject): Promise<void> {
  const use = useOf(server, way, subject);
  for (let count = 0; count < 3; count += 1) {
    if (!(await isAccepted(use))) throw new Error(`${way.name}: refused before it was revoked`);
  }
}

function useOf(server: ServerProcess, { path }: Way, { tokens }: Subject) {
  return { server, path, bearer: tokens.access };
}

function turn<T>(items: readonly T[], number: number): T {
  const item = items[number % items.length];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}

import type { Sql } from "postgres";

import { eventually } from "../tests/support/eventually.ts";
import type { ServerProcess } from "../tests/support/executable.ts";
import type { ListeningBackends } from "../tests/support/listening-backends.ts";
import { awaitRefusal, isAccepted, type Refusal, type Use } from "./refusal.ts";
import { createSubject, type Subject, type Way, ways } from "./revocation-ways.ts";

/** For so long nothing may be accepted once it was refused. */
const steadyMilliseconds = 100;
/** After a cut: until the replica listens again, and longer. */
const reconnectedMilliseconds = 400;

/** Replicas on one database. */
export interface Scene {
  readonly servers: readonly ServerProcess[];
  readonly sql: Sql;
  /** Of the last replica. */
  readonly backends: ListeningBackends;
}

/** So many to be revoked. Before the load: a password is hashed for each, twice. */
export async function createSubjects({ servers, sql }: Scene, count: number): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (let number = 0; number < count; number += 1) {
    subjects.push(await createSubject(turn(servers, number), sql));
  }
  return subjects;
}

/** Each revocation as the replica saw it that learnt of it last. */
export async function revokeAll(
  { servers, sql }: Scene,
  subjects: readonly Subject[],
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const [number, subject] of subjects.entries()) {
    const [way, server] = [turn(ways, number), turn(servers, number)];
    await Promise.all(servers.map((each) => makeKnown(useOf(each, way, subject))));
    const revocation = { answeredAt: Number.POSITIVE_INFINITY };
    const waiting = servers.map((each) =>
      awaitRefusal(useOf(each, way, subject), revocation, steadyMilliseconds),
    );
    await way.revoke(server, subject, sql);
    revocation.answeredAt = performance.now();
    const seen = await Promise.all(waiting);
    refusals.push(
      turn(
        seen.toSorted((one, other) => other.milliseconds - one.milliseconds),
        0,
      ),
    );
  }
  return refusals;
}

/**
 * What the last replica makes of what another revokes, when it knew the token and was cut off just before. `isAware`: it has
 * answered once since, so that it has had the time to see that its connection was closed; otherwise the two news race.
 */
export async function revokeFromCut(
  { servers, sql, backends }: Scene,
  subjects: readonly Subject[],
  isAware: boolean,
): Promise<Refusal[]> {
  const [server, replica] = [turn(servers, 0), turn(servers, servers.length - 1)];
  const refusals: Refusal[] = [];
  for (const [number, subject] of subjects.entries()) {
    const way = turn(ways, number);
    const use = useOf(replica, way, subject);
    await eventually(backends.pids, (pids) => pids.length === 1);
    await Bun.sleep(reconnectedMilliseconds);
    await makeKnown(use);
    await cutOff(await backends.pids(), sql);
    if (isAware) await isAccepted(use);
    await way.revoke(server, subject, sql);
    const revocation = { answeredAt: performance.now() };
    refusals.push(await awaitRefusal(use, revocation, reconnectedMilliseconds));
  }
  return refusals;
}

/** Ends the server's side of connections, and waits until it has. */
async function cutOff(pids: readonly number[], sql: Sql): Promise<void> {
  for (const pid of pids) await sql`select pg_terminate_backend(${pid}, 5000)`;
}

/** From the second time on a replica answers from memory. */
async function makeKnown(use: Use): Promise<void> {
  for (let count = 0; count < 3; count += 1) {
    if (!(await isAccepted(use))) throw new Error(`${use.path}: refused before it was revoked`);
  }
}

function useOf(server: ServerProcess, { path }: Way, { tokens }: Subject): Use {
  return { server, path, bearer: tokens.access };
}

function turn<T>(items: readonly T[], number: number): T {
  const item = items[number % items.length];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}

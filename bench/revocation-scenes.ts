import type { Sql } from "postgres";

import { eventually } from "../tests/support/eventually.ts";
import type { ServerProcess } from "../tests/support/executable.ts";
import type { ListeningBackends } from "../tests/support/listening-backends.ts";
import type { Right } from "../tests/support/revocation-right.ts";
import { awaitRefusal, isAccepted, type Refusal, type Use } from "./refusal.ts";
import { itemAt } from "./revocation-rights.ts";

/** For so long nothing may be accepted once it was refused. */
const steadyMilliseconds = 100;
/** After a cut: until the replica listens again, and longer. */
const reconnectedMilliseconds = 400;
/** So many rights are taken after one cut, by as many callers. */
const takenAtOnce = 4;

/** Replicas on one database. */
export interface Scene {
  readonly servers: readonly ServerProcess[];
  readonly sql: Sql;
  /** Of the last replica. */
  readonly backends: ListeningBackends;
}

/** Each revocation as the replica saw it that learnt of it last. */
export async function revokeAll({ servers }: Scene, rights: readonly Right[]): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const [number, right] of rights.entries()) {
    const uses = servers.map((server) => useOf(server, right));
    await Promise.all(uses.map(makeKnown));
    const revocation = { answeredAt: Number.POSITIVE_INFINITY };
    const waiting = uses.map((use) => awaitRefusal(use, revocation, steadyMilliseconds));
    await right.revoke(itemAt(servers, number));
    revocation.answeredAt = performance.now();
    const seen = await Promise.all(waiting);
    refusals.push(
      itemAt(
        seen.toSorted((one, other) => other.milliseconds - one.milliseconds),
        0,
      ),
    );
  }
  return refusals;
}

/**
 * What the last replica makes of what another revokes, when it knew the tokens and was cut off just before. `isAware`: it has
 * answered once since, so that it has had the time to see that its connection was closed; otherwise the two news race.
 */
export async function revokeFromCut(
  { servers, sql, backends }: Scene,
  rights: readonly Right[],
  isAware: boolean,
): Promise<Refusal[]> {
  const [server, replica] = [itemAt(servers, 0), itemAt(servers, servers.length - 1)];
  const refusals: Refusal[] = [];
  // It listens from now on: each group is waited for until it has come back.
  await Bun.sleep(reconnectedMilliseconds);
  for (let first = 0; first < rights.length; first += takenAtOnce) {
    const group = rights.slice(first, first + takenAtOnce);
    await eventually(backends.pids, (pids) => pids.length === 1);
    await Promise.all(group.map((right) => makeKnown(useOf(replica, right))));
    await cutOff(await backends.pids(), sql);
    if (isAware) await isAccepted(useOf(replica, itemAt(group, 0)));
    const seen = group.map(async (right) => {
      await right.revoke(server);
      const revocation = { answeredAt: performance.now() };
      return awaitRefusal(useOf(replica, right), revocation, reconnectedMilliseconds);
    });
    refusals.push(...(await Promise.all(seen)));
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

function useOf(server: ServerProcess, { path, bearer }: Right): Use {
  return { server, path, bearer };
}

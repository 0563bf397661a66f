import postgres from "postgres";

import { findListeningBackends } from "../tests/support/listening-backends.ts";
import { startMailServer } from "../tests/support/mail-server.ts";
import { type RunningLoad, startLoad } from "./load.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { percentile } from "./percentile.ts";
import type { Refusal } from "./refusal.ts";
import { prepareRights } from "./revocation-rights.ts";
import { revokeAll, revokeFromCut } from "./revocation-scenes.ts";
import { type BenchReplicas, type PutBefore, register, startBenchReplicas } from "./server.ts";

const names = ["one", "two", "three"];
const revocations = 100;
const cuts = 20;
const callersPerReplica = 4;
const grantedMilliseconds = 100;
/** Cheap sign-ins: each revocation uses another user. */
const bcryptCost = 10;

/**
 * P2: how long after the revoking call's answer the last of three replicas refuses, each under a load that takes all that the
 * machine has; and what a replica accepts that has lost its listening connection.
 */
export const revocation: Measurement = revocationThrough("revocation", "");

/** The same through something that stands before the database, `by` which in words. */
export function revocationThrough(name: string, by: string, putBefore?: PutBefore): Measurement {
  return { name, measure: ({ rounds }) => measureRevocation(rounds, by, putBefore) };
}

async function measureRevocation(
  rounds: number,
  by: string,
  putBefore?: PutBefore,
): Promise<readonly Result[]> {
  await using mail = await startMailServer();
  await using running = await startBenchReplicas(
    names,
    {
      BCRYPT_COST: String(bcryptCost),
      MAIL_TRANSPORT: "smtp",
      SMTP_SERVER: "127.0.0.1",
      SMTP_PORT: String(mail.port),
      SMTP_TLS: "none",
      SMTP_FROM_EMAIL: "no-reply@gatehouse.test",
    },
    putBefore,
  );
  const sql = postgres(running.databaseUrl, { max: 4 });
  await using backends = findListeningBackends(running.databaseUrl, names.at(-1));
  const scene = { servers: running.servers, sql, backends };
  const heard: Refusal[][] = [];
  const cut: Refusal[][] = [];
  const surprised: Refusal[][] = [];
  const workshop = { running, mail, sql, bcryptCost };
  const rights = await prepareRights(workshop, rounds * (revocations + 2 * cuts));
  for (let round = 0; round < rounds; round += 1) {
    await using load = await startLoads(running);
    heard.push(await revokeAll(scene, rights.splice(0, revocations)));
    cut.push(await revokeFromCut(scene, rights.splice(0, cuts), true));
    surprised.push(await revokeFromCut(scene, rights.splice(0, cuts), false));
    await load.finish();
  }
  await sql.end();

  const times = heard.flat().map(({ milliseconds }) => milliseconds);
  const latest = longest(heard.flat().map((each) => each.acceptedUntilMilliseconds));
  const p99s = heard.map((each) =>
    percentile(
      each.map(({ milliseconds }) => milliseconds),
      99,
    ),
  );
  const stale = cut.map((each) => each.reduce((sum, { accepted }) => sum + accepted, 0));
  const late = surprised.map((each) => longest(each.map(({ milliseconds }) => milliseconds)));
  const replica = "a replica whose listening connection is cut";
  return [
    {
      id: "P2",
      what: `${revocations} revocations, until all of ${names.length} replicas refuse, 99th percentile${by}`,
      value: median(p99s),
      unit: "ms",
      target: { atMost: grantedMilliseconds },
      rounds: p99s,
      isHeadline: true,
      note: `half within ${median(times).toFixed(1)} ms, all within ${longest(times).toFixed(1)} ms; the last that was accepted was sent after ${latest.toFixed(1)} ms`,
    },
    {
      id: "P2",
      what: `stale answers of ${replica}${by}`,
      value: stale.reduce((sum, count) => sum + count, 0),
      unit: "",
      target: { atMost: 0 },
      rounds: stale,
      note: `${cuts} revocations in each round`,
    },
    {
      id: "P2",
      what: `revoked at the time of the cut, until ${replica} refuses, longest${by}`,
      value: longest(late),
      unit: "ms",
      target: { atMost: grantedMilliseconds },
      rounds: late,
      note: `${cuts} revocations in each round`,
    },
  ];
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

function longest(times: readonly number[]): number {
  return Math.max(...times);
}

import { eventually } from "../tests/support/eventually.ts";
import { findProgram } from "../tests/support/installed-program.ts";
import { startNats } from "../tests/support/nats-broker.ts";
import { type EventServer, startEventServer, type VisitCall, visitCalls } from "./event-server.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { percentile } from "./percentile.ts";

const minutes = 10;
const stepSeconds = 10;
const steps = (minutes * 60) / stepSeconds;
const callers = 2;
const visitsOfStep = 2;

type Times = Record<VisitCall, number[]>;

/** What was measured in ten minutes of the moved clock. */
interface Phase {
  readonly times: Times;
  readonly addedMegabytes: number;
}

/**
 * What requests and memory suffer from a broker that is away for ten minutes of the application's clock, while every row of the
 * audit log is an event as well; and how fast the backlog is sent when it is back.
 */
export const brokerOutage: Measurement = {
  name: "broker-outage",
  async measure({ rounds }) {
    const found = findProgram("nats-server");
    if ("missing" in found) throw new Error(found.missing);
    await using broker = await startNats(found.path);
    await using server = await startEventServer({
      EVENTS_NATS_URL: broker.url,
      AUDIT_STREAM: "nats",
    });
    // What is compiled and kept once is not counted.
    await runPhase(server);
    const present: Phase[] = [];
    const away: Phase[] = [];
    const drains: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      present.push(await runPhase(server));
      await drain(server);
      await broker.process.stop();
      away.push(await runPhase(server));
      await broker.process.start();
      drains.push(await drain(server));
    }
    return [
      ...visitCalls.flatMap((call) => compare(call, present, away)),
      {
        id: "P13",
        what: `resident memory that ${minutes} minutes without the broker add`,
        value: median(away.map(({ addedMegabytes }) => addedMegabytes)),
        unit: "MB",
        target: { atMost: 20 },
        rounds: away.map(({ addedMegabytes }) => addedMegabytes),
        note: `with it ${median(present.map(({ addedMegabytes }) => addedMegabytes)).toFixed(1)} MB`,
      },
      {
        id: "P13",
        what: "events of the backlog sent when it is back",
        value: median(drains),
        unit: "events/s",
        target: { atLeast: 200 },
        rounds: drains,
      },
    ];
  },
};

/** Visits, in as many steps of the clock as ten minutes have. */
async function runPhase(server: EventServer): Promise<Phase> {
  const before = await server.residentMegabytes();
  const times: Times = { register: [], login: [], refresh: [] };
  for (let step = 0; step < steps; step += 1) {
    await server.advance(stepSeconds);
    await Promise.all(
      Array.from({ length: callers }, async () => {
        for (let visit = 0; visit < visitsOfStep; visit += 1) {
          const taken = await server.visit();
          for (const call of visitCalls) times[call].push(taken[call]);
        }
      }),
    );
  }
  return { times, addedMegabytes: (await server.residentMegabytes()) - before };
}

/** Events a second, until none is pending. */
async function drain(server: EventServer): Promise<number> {
  const pending = async (): Promise<number> => {
    const [row] = await server.sql`
      select count(*)::integer as count from event_deliveries where status = 'pending'`;
    return Number(row?.["count"]);
  };
  const backlog = await pending();
  const began = performance.now();
  // The longest pause before the broker is tried again.
  await server.advance(80);
  await eventually(pending, (count) => count === 0, 120);
  return backlog / ((performance.now() - began) / 1000);
}

function compare(call: VisitCall, present: readonly Phase[], away: readonly Phase[]): Result[] {
  const figures = [
    { name: "median", of: median, atMost: 1.15 },
    { name: "p99", of: (numbers: readonly number[]) => percentile(numbers, 99), atMost: 1.5 },
  ];
  return figures.map(({ name, of, atMost }) => {
    const [without, with_] = [away, present].map((phases) =>
      phases.map(({ times }) => of(times[call])),
    );
    const ratios = (without ?? []).map((each, round) => each / (with_?.[round] ?? Number.NaN));
    return {
      id: "P13",
      what: `${call}, ${name} while the broker is away`,
      value: median(ratios),
      unit: "x",
      target: { atMost },
      rounds: ratios,
      note: `${median(without ?? []).toFixed(1)} ms against ${median(with_ ?? []).toFixed(1)} ms`,
    };
  });
}

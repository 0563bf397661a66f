import { eventually } from "../tests/support/eventually.ts";
import { type EventServer, startEventServer } from "./event-server.ts";
import { alternate, median } from "./median.ts";
import type { Measurement } from "./measurement.ts";

const visits = 20;

/** A receiver, and the milliseconds from the time of each event to its arrival. */
interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly latencies: number[];
}

/** The latency of a webhook alone, and beside one that hangs, one that responds with 500 and one that responds with 410. */
export const webhookNeighbours: Measurement = {
  name: "webhook-neighbours",
  async measure({ rounds }) {
    const settings = { WEBHOOK_ALLOW_PRIVATE: "true" };
    await using first = receive(() => new Response(null, { status: 204 }));
    await using second = receive(() => new Response(null, { status: 204 }));
    const released = Promise.withResolvers<Response>();
    await using hanging = receive(() => released.promise);
    await using failing = receive(() => new Response(null, { status: 500 }));
    await using gone = receive(() => new Response(null, { status: 410 }));
    await using alone = await startEventServer(settings);
    await using beside = await startEventServer(settings);
    await alone.addWebhook(first.url);
    await beside.addWebhook(second.url);
    for (const { url } of [hanging, failing, gone]) await beside.addWebhook(url);
    // The server of the receiver ends once all of its requests have.
    await using _end = { [Symbol.asyncDispose]: async () => released.resolve(new Response()) };
    const counts: number[] = [];
    const { one, other } = await alternate(rounds, {
      one: () => latencyOf(alone, first),
      other: async () => {
        // The bad ones are as at the start, and not known to be bad.
        await beside.sql`update event_destinations set disabled_at = null, retry_at = null, failures = 0`;
        const latency = await latencyOf(beside, second);
        counts.push(hanging.latencies.length + failing.latencies.length + gone.latencies.length);
        return latency;
      },
    });
    const ratios = other.map((latency, round) => latency / (one[round] ?? Number.NaN));
    const [besideMedian, aloneMedian] = [other, one].map((each) => median(each).toFixed(1));
    return [
      {
        id: "P13",
        what: "a good webhook beside one that hangs, one with 500 and one with 410",
        value: median(ratios),
        unit: "x",
        target: { atMost: 1.25 },
        rounds: ratios,
        note: `${besideMedian} ms against ${aloneMedian} ms alone; the bad ones got ${counts.at(-1)} requests`,
      },
    ];
  },
};

/** The median of the events of some visits. */
async function latencyOf(server: EventServer, receiver: Receiver): Promise<number> {
  const before = receiver.latencies.length;
  const work = async (): Promise<void> => {
    for (let visit = 0; visit < visits / 2; visit += 1) await server.visit();
  };
  await Promise.all([work(), work()]);
  // A registration and a sign-in for each.
  await eventually(
    () => receiver.latencies.length - before,
    (count) => count >= 2 * visits,
    60,
  );
  return median(receiver.latencies.slice(before));
}

function receive(respond: () => Response | Promise<Response>): Receiver {
  const latencies: number[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const [, timestamp = ""] = /"timestamp":"([^"]+)"/.exec(await request.text()) ?? [];
      latencies.push(Date.now() - Date.parse(timestamp));
      return respond();
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    latencies,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

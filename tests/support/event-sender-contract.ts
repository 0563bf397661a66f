import { afterAll, beforeAll, expect, test } from "bun:test";

import type { BrokerLimits } from "../../src/platform/brokers/broker-sender.ts";
import type { EventSender, OutboundEvent } from "../../src/platform/brokers/port.ts";
import { eventually } from "./eventually.ts";
import { describeWhere, type Found } from "./installed-program.ts";
import { findSparePort } from "./spare-port.ts";
import { brokerPassword, type TestBroker } from "./test-broker.ts";
import { TEST_CERTIFICATE } from "./test-certificate.ts";

interface SenderOptions extends BrokerLimits {
  readonly url: string;
  readonly trustedCertificates?: string;
}

/** A sender of events, and the broker that it sends to. */
interface Adapter {
  readonly name: string;
  /** The program of the server. */
  readonly found: Found;
  start(program: string): Promise<TestBroker>;
  create(options: SenderOptions): EventSender;
  /** What the format fixes beside the id, the type and the body of an event. */
  readonly format: Readonly<Record<string, unknown>>;
  /** How often an event that is sent twice is in the broker. */
  readonly copiesOfTwo: number;
  /** One byte more than the longest body that is taken. */
  readonly tooManyBytes: number;
  /** What the reason says when the password is wrong. */
  readonly refusal: RegExp;
}

const unreached = { kind: "unavailable", reason: expect.any(String) } as const;
const delivered = { kind: "delivered" } as const;
const startMilliseconds = 90_000;
const slowMilliseconds = 60_000;

/** Describes what every sender of events guarantees. */
export function describeEventSender(adapter: Adapter): void {
  describeWhere(`a sender of events: ${adapter.name}`, adapter.found, (program) => {
    let broker: TestBroker;
    let sender: EventSender;

    beforeAll(async () => {
      broker = await adapter.start(program);
      sender = adapter.create({ url: broker.url });
    }, startMilliseconds);
    afterAll(async () => {
      await sender?.close();
      await broker?.[Symbol.asyncDispose]();
    }, startMilliseconds);

    /** The events with these ids that have arrived. */
    async function arrivedOf(events: readonly OutboundEvent[]) {
      const ids = new Set(events.map(({ id }) => id));
      return (await broker.read()).filter(({ id }) => ids.has(id));
    }

    test("delivers the id, the type and the JSON of an event in the broker's format", async () => {
      const event = createEvent({
        body: JSON.stringify({ text: "Grüße 李 🎉", more: ["\r\n", "'"] }),
      });

      expect(await send(sender, [event])).toEqual([delivered]);

      const { id, type, body } = event;
      expect(await arrivedOf([event])).toEqual([{ id, type, body, format: adapter.format }]);
    });

    test("delivers a batch of events, with one result for each", async () => {
      const events = Array.from({ length: 500 }, () => createEvent());

      const results = await send(sender, events);

      expect(results).toEqual(events.map(() => delivered));
      expect((await arrivedOf(events)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    });

    test("keeps the order of the events of one user over several calls", async () => {
      const key = crypto.randomUUID();
      const events = Array.from({ length: 20 }, () => createEvent({ key }));

      for (const event of events)
        expect(await send(sender, [event, createEvent()])).toHaveLength(2);

      expect((await arrivedOf(events)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    });

    test("sends two batches at a time", async () => {
      const batches = [1, 2].map(() => Array.from({ length: 200 }, () => createEvent()));

      const results = await Promise.all(batches.map((events) => send(sender, events)));

      expect(results.flat()).toEqual(batches.flat().map(() => delivered));
      expect(await arrivedOf(batches.flat())).toHaveLength(400);
    });

    test("gives an event that is sent again the same id", async () => {
      const event = createEvent();

      expect(await send(sender, [event])).toEqual([delivered]);
      expect(await send(sender, [{ ...event, attempt: 2 }])).toEqual([delivered]);

      expect(await arrivedOf([event])).toHaveLength(adapter.copiesOfTwo);
    });

    test("gives up an event that is too large, and delivers the others of its batch", async () => {
      const large = createEvent({ body: "x".repeat(adapter.tooManyBytes) });
      const [first, last] = [createEvent(), createEvent()];

      const results = await send(sender, [first, large, last]);

      const dead = { kind: "dead", reason: expect.stringMatching(/bytes/) } as const;
      expect(results).toEqual([delivered, dead, delivered]);
      expect(await arrivedOf([first, large, last])).toHaveLength(2);
    });

    test("says why the broker refuses the credentials, without them", async () => {
      const stranger = adapter.create({ url: broker.wrongUrl });

      const [result] = await send(stranger, [createEvent()]);

      expect(result).toEqual({
        kind: "unavailable",
        reason: expect.stringMatching(adapter.refusal),
      });
      expect(JSON.stringify(result)).not.toContain("wrong-password");
      await stranger.close();
    });

    test("says that nothing listens, without the credentials", async () => {
      const url = new URL(broker.url);
      url.port = String(await findSparePort());
      const lonely = adapter.create({ url: url.href });

      const results = await send(lonely, [createEvent(), createEvent()]);

      expect(results).toEqual([unreached, unreached]);
      expect(JSON.stringify(results)).toMatch(/refused/i);
      expect(JSON.stringify(results)).not.toContain(brokerPassword);
      expect(JSON.stringify(results)).not.toContain(encodeURIComponent(brokerPassword));
      await lonely.close();
    });

    test("sends encrypted to a broker whose certificate is trusted, and to no other", async () => {
      const url = broker.encryptedUrl;
      const trusting = adapter.create({ url, trustedCertificates: TEST_CERTIFICATE });
      const careful = adapter.create({ url });

      expect(await send(trusting, [createEvent()])).toEqual([delivered]);
      expect(await send(careful, [createEvent()])).toEqual([
        { kind: "unavailable", reason: expect.stringMatching(/certificate/i) },
      ]);

      await trusting.close();
      await careful.close();
    });

    test(
      "does not wait for a broker that hangs, keeps no connection to it, and delivers when it is back",
      async () => {
        const hurried = adapter.create({
          url: broker.url,
          connectTimeoutSeconds: 0.5,
          answerTimeoutSeconds: 0.5,
        });
        const event = createEvent();
        expect(await send(hurried, [createEvent()])).toEqual([delivered]);
        await broker.process.freeze();
        try {
          expect(await send(hurried, [event])).toEqual([unreached]);
          const before = await openConnections(broker.process.port);
          for (let round = 0; round < 3; round += 1)
            expect(await send(hurried, [event])).toEqual([unreached]);
          expect(await openConnections(broker.process.port)).toBeLessThanOrEqual(before);
        } finally {
          broker.process.thaw();
        }
        await eventually(
          () => send(hurried, [event]),
          ([result]) => result?.kind === "delivered",
        );
        expect((await arrivedOf([event])).length).toBeGreaterThanOrEqual(1);
        await hurried.close();
      },
      slowMilliseconds,
    );

    test("gives no result but `unavailable` once the signal is aborted", async () => {
      await broker.process.freeze();
      try {
        const aborted = AbortSignal.timeout(200);
        expect(await sender.send([createEvent()], aborted)).toEqual([unreached]);
      } finally {
        broker.process.thaw();
      }
    });

    test(
      "holds nothing back while the broker is stopped, and delivers again once it is started",
      async () => {
        const event = createEvent();
        await eventually(
          () => send(sender, [createEvent()]),
          ([result]) => result?.kind === "delivered",
        );
        await broker.process.stop();
        expect(await send(sender, [event])).toEqual([unreached]);
        expect(await send(sender, [createEvent()])).toEqual([unreached]);

        await broker.process.start();

        expect(await arrivedOf([event])).toEqual([]);
        expect(await send(sender, [event])).toEqual([delivered]);
        expect(await arrivedOf([event])).toHaveLength(1);
      },
      startMilliseconds,
    );

    test("ends its connection when it is closed, and closes more than once", async () => {
      const { port } = broker.process;
      const before = await openConnections(port);
      const short = adapter.create({ url: broker.url });
      expect(await send(short, [createEvent()])).toEqual([delivered]);
      expect(await openConnections(port)).toBe(before + 1);

      await short.close();
      await short.close();

      await eventually(
        () => openConnections(port),
        (count) => count === before,
      );
    });
  });
}

function createEvent(changes: Partial<OutboundEvent> = {}): OutboundEvent {
  return {
    id: crypto.randomUUID(),
    type: "user.registered",
    key: crypto.randomUUID(),
    body: `{"event_type":"user.registered"}`,
    attempt: 1,
    createdAt: new Date("2026-11-20T10:11:12.123Z"),
    ...changes,
  };
}

function send(sender: EventSender, events: readonly OutboundEvent[]) {
  return sender.send(events, AbortSignal.timeout(30_000));
}

/** How many connections to a port of 127.0.0.1 are open on the side of the client. */
async function openConnections(port: number): Promise<number> {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const established = "01";
  const lines = (await Bun.file("/proc/self/net/tcp").text()).trim().split("\n").slice(1);
  return lines.filter((line) => {
    const [, , address, state] = line.trim().split(/\s+/);
    return address === remote && state === established;
  }).length;
}

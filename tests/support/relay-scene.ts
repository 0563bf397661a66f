import { eq, sql } from "drizzle-orm";

import {
  createRelay,
  eventDeliveries,
  events,
  recordEvent,
} from "../../src/features/events/index.ts";
import type {
  DestinationKind,
  OutboundEvent,
  SendResult,
} from "../../src/platform/brokers/port.ts";
import { commit } from "../../src/platform/db/commit.ts";
import { createSystemContext, type Platform } from "../../src/platform/platform.ts";
import { addDestination } from "./events.ts";
import type { TestApp } from "./test-app.ts";

/** An event that a sender of the scene was given, with the number that the test wrote. */
export interface SentEvent extends OutboundEvent {
  readonly destinationId: string;
  readonly number: number;
}

/** How a sender of the scene responds to an event: by default it is delivered. */
export type Respond = (event: SentEvent, signal: AbortSignal) => SendResult | Promise<SendResult>;

/** A clock that runs with the system's, and can be moved forward. */
function createAdvancingClock() {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    advance(seconds: number) {
      offset += seconds * 1000;
    },
  };
}

/** Destinations of a kind that is in memory, and relays for them on the database of an app whose own relay does not know the kind. */
export function createRelayScene(
  app: TestApp,
  respond: Respond = () => ({ kind: "delivered" }),
  sizes: Partial<Omit<DestinationKind, "create">> = {},
) {
  const clock = createAdvancingClock();
  const sent: SentEvent[] = [];
  const name = `memory-${crypto.randomUUID()}`;
  const kind: DestinationKind = {
    batchSize: 10,
    usersPerBatch: sizes.batchSize ?? 10,
    concurrency: 2,
    longestPauseSeconds: 3600,
    longestOutageSeconds: null,
    ...sizes,
    create: (destinationId) => ({
      send: (events, signal) =>
        Promise.all(
          events.map(async (event) => {
            const [number] = JSON.parse(event.body).data.fields ?? [];
            const record = { ...event, destinationId, number: Number(number) };
            sent.push(record);
            return respond(record, signal);
          }),
        ),
      close: () => Promise.resolve(),
    }),
  };
  return {
    clock,
    sent,
    numbers: () => sent.map(({ number }) => number),
    addDestination: (types?: readonly string[]) =>
      addDestination(app, { kind: name, ...(types ? { types } : {}) }),
    /** Writes an event of a user, with the number in its data. */
    async write(number: number, userId: string): Promise<void> {
      const ctx = createSystemContext(app.platform, "test");
      const query = ctx.db.select({ one: sql<number>`1`.as("one") }).from(sql`(select) as nothing`);
      await commit(ctx, { query }, () =>
        recordEvent(ctx, "user.updated", { user_id: userId, fields: [String(number)] }),
      );
    },
    relay: (changes: Partial<Platform> = {}) =>
      createRelay({ ...app.platform, clock, ...changes }, { [name]: kind }),
    /** The deliveries of a destination, in the order of their positions. */
    async deliveries(destinationId: string) {
      const { status, attempts, lastError, responseStatus } = eventDeliveries;
      const number = sql<string>`${events.payload}->'data'->'fields'->>0`;
      return app.platform.db
        .select({ number, status, attempts, lastError, responseStatus })
        .from(eventDeliveries)
        .innerJoin(events, eq(events.id, eventDeliveries.eventId))
        .where(eq(eventDeliveries.destinationId, destinationId))
        .orderBy(eventDeliveries.position, eventDeliveries.eventId);
    },
    destination: async (id: string) =>
      (await app.rows(`select * from event_destinations where id = '${id}'`)).at(0) ?? {},
  };
}

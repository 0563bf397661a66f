import type { DeliverMessage, OutboxMessage } from "../../src/platform/outbox/port.ts";
import { enqueueAlone } from "../../src/platform/outbox/enqueue.ts";
import { createOutboxWorker, type OutboxWorker } from "../../src/platform/outbox/worker.ts";
import type { Platform } from "../../src/platform/platform.ts";
import type { TestApp } from "./test-app.ts";

/** A clock that stands still until it is moved. */
export function createManualClock(start = new Date("2026-11-20T10:00:00.000Z")) {
  let present = start;
  return {
    now: () => present,
    advance(seconds: number) {
      present = new Date(present.getTime() + seconds * 1000);
    },
  };
}

/** An outbox topic of a test's own, on the database of an app whose workers know nothing of it. */
export function createOutboxScene(app: TestApp, topic: string) {
  const clock = createManualClock();
  const { db, random, secrets, log } = app.platform;
  return {
    topic,
    clock,
    /** Writes a message; its number is in the payload, and `secret-<number>` is sealed. */
    async enqueue(number: number, fairnessKey?: string): Promise<string> {
      const id = random.id(clock.now());
      const message = {
        id,
        topic,
        key: null,
        ...(fairnessKey === undefined ? {} : { fairnessKey }),
        payload: { number },
        secrets: { word: `secret-${number}` },
      };
      await enqueueAlone({ db, clock, random, secrets, outboxWritten: () => {} }, message);
      return id;
    },
    worker(deliver: DeliverMessage, changes: Partial<Platform> = {}): OutboxWorker {
      return createOutboxWorker({ topic, deliver, db, clock, secrets, log, ...changes });
    },
    rows: () => app.rows(`select * from outbox where topic = '${topic}' order by id`),
    row: async (id: string) =>
      (await app.rows(`select * from outbox where id = '${id}'`)).at(0) ?? {},
  };
}

/** Remembers what it was given, and succeeds. */
export function rememberingDelivery() {
  const messages: OutboxMessage[] = [];
  return {
    messages,
    ids: () => messages.map(({ id }) => id).toSorted(),
    deliver: async (message: OutboxMessage) => {
      messages.push(message);
      await Bun.sleep(1);
    },
  };
}

import { isNull } from "drizzle-orm";

import { monotonicMilliseconds } from "../../../kernel/clock.ts";
import type { DestinationKind } from "../../../platform/brokers/port.ts";
import { describeError } from "../../../platform/db/errors.ts";
import type { Platform } from "../../../platform/platform.ts";
import { eventDestinations } from "../table.ts";
import { createDestinationLoop, type DestinationLoop } from "./destination-loop.ts";

/** Sends events to all destinations. */
export interface Relay {
  start(): void;
  /** Sends new events now, if notifications of the database do not arrive. */
  wake(): void;
  /** Sends all events that are due now, also without a start. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

const checkSeconds = 1;
/** Between the checks while notifications arrive: a check then finds only that they still do. */
const listeningCheckSeconds = 5;
/** How often the destinations are read while notifications do not arrive. */
const unnotifiedSeconds = 30;

/**
 * A relay with a loop for each enabled destination whose kind this replica can send to. Every replica runs one. Notifications
 * of the database wake it and tell of new destinations, so that it sends no query while there is none.
 */
export function createRelay(
  platform: Platform,
  kinds: Readonly<Record<string, DestinationKind>>,
): Relay {
  const { db, changes, log } = platform;
  const loops = new Map<string, DestinationLoop>();
  const ending = new Set<Promise<void>>();
  let phase: "idle" | "running" | "stopped" = "idle";
  let timer: ReturnType<typeof setTimeout> | null = null;
  let reading: Promise<void> = Promise.resolve();
  let readAt = Number.NEGATIVE_INFINITY;

  /** Starts loops for new destinations and stops those of others. One reading at a time. */
  function readDestinations(): Promise<void> {
    reading = reading.catch(() => undefined).then(applyDestinations);
    return reading;
  }

  async function applyDestinations(): Promise<void> {
    if (phase === "stopped") return;
    readAt = Number.NEGATIVE_INFINITY;
    const { id, kind } = eventDestinations;
    const isEnabled = isNull(eventDestinations.disabledAt);
    const found = await db.select({ id, kind }).from(eventDestinations).where(isEnabled);
    const enabled = new Set(found.map((destination) => destination.id));
    for (const [destinationId, loop] of loops) {
      if (enabled.has(destinationId)) continue;
      loops.delete(destinationId);
      const end = loop.stop().finally(() => ending.delete(end));
      ending.add(end);
    }
    for (const destination of found) begin(destination.id, kinds[destination.kind]);
    readAt = monotonicMilliseconds();
  }

  function begin(destinationId: string, kind: DestinationKind | undefined): void {
    if (kind === undefined || loops.has(destinationId)) return;
    const sender = kind.create(destinationId);
    if (sender === null) return;
    const loop = createDestinationLoop({ platform, destinationId, kind, sender });
    loops.set(destinationId, loop);
    if (phase === "running") loop.start();
  }

  function readInBackground(): void {
    readDestinations().catch((error: unknown) => {
      log.debug(describeError(error), "event destinations not readable");
    });
  }

  function wakeAll(): void {
    for (const loop of loops.values()) loop.wake();
  }

  /** Reads the destinations again after a failed reading. Without notifications it looks for work at each check. */
  function check(): void {
    if (!changes.isListening()) wakeAll();
    const age = monotonicMilliseconds() - readAt;
    if (
      age === Number.POSITIVE_INFINITY ||
      (!changes.isListening() && age > unnotifiedSeconds * 1000)
    ) {
      readInBackground();
    }
    const seconds = changes.isListening() ? listeningCheckSeconds : checkSeconds;
    timer = setTimeout(check, seconds * 1000);
  }

  changes.subscribe(({ subject, id }) => {
    if (phase !== "running") return;
    const isOfDestinations = subject === "events" && id === "destinations";
    if (subject === "all" || isOfDestinations) readInBackground();
    if (subject === "all" || isOfDestinations || (subject === "events" && id === "")) wakeAll();
    else if (subject === "events") loops.get(id)?.wake();
  });

  return {
    start() {
      phase = "running";
      for (const loop of loops.values()) loop.start();
      check();
    },
    wake() {
      if (phase === "running" && !changes.isListening()) wakeAll();
    },
    async drain() {
      await readDestinations();
      for (const loop of loops.values()) await loop.drain();
    },
    async stop() {
      phase = "stopped";
      if (timer) clearTimeout(timer);
      await reading.catch(() => undefined);
      await Promise.all([...ending, ...[...loops.values()].map((loop) => loop.stop())]);
    },
  };
}

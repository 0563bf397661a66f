import {
  createVerificationRequestDelivery,
  verificationRequestTopic,
} from "../features/email-verification/index.ts";
import { createMailDelivery, mailTopic } from "../features/mail/index.ts";
import { createOutboxWorker } from "../platform/outbox/worker.ts";
import type { RunningPlatform } from "./create-platform.ts";
import { createKeyKeeper } from "./key-keeper.ts";

/** What this process does besides answering requests. */
export interface Workers {
  start(): void;
  /** Does everything that is due now; for tests and for the end of a command. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** The outbox's workers and the keys' keeper: every replica runs them, and each message or rotation is one replica's. */
export function createWorkers(platform: RunningPlatform): Workers {
  const deliveries = [
    [verificationRequestTopic, createVerificationRequestDelivery(platform)],
    [mailTopic, createMailDelivery(platform)],
  ] as const;
  const { db, clock, secrets, log } = platform;
  const workers = deliveries.map(([topic, deliver]) =>
    createOutboxWorker({ topic, deliver, db, clock, secrets, log }),
  );
  const keyKeeper = createKeyKeeper(platform);
  function wake(): void {
    for (const worker of workers) worker.wake();
  }

  return {
    start() {
      platform.outboxListeners.add(wake);
      for (const worker of workers) worker.start();
      keyKeeper.start();
    },
    async drain() {
      for (const worker of workers) await worker.drain();
    },
    async stop() {
      platform.outboxListeners.delete(wake);
      await Promise.all([...workers, keyKeeper].map((worker) => worker.stop()));
    },
  };
}

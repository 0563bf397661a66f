import {
  sendVerification,
  verificationRequestTopic,
} from "../../features/email-verification/index.ts";
import { magicLinkRequestTopic, sendMagicLink } from "../../features/magic-links/index.ts";
import { createMailDelivery, mailTopic } from "../../features/mail/index.ts";
import { createRequestDelivery } from "../../features/email-challenges/index.ts";
import { passwordResetTopic, sendPasswordReset } from "../../features/passwords/index.ts";
import { createOutboxWorker, type OutboxWorker } from "../../platform/outbox/worker.ts";
import type { RunningPlatform } from "../create-platform.ts";
import { createKeyRotation } from "./key-rotation.ts";
import { createPeriodicJob } from "./periodic-job.ts";
import { createVerificationReminders } from "./verification-reminders.ts";
import { createAuditSealing } from "./audit-sealing.ts";
import { createMemoryTrim, ofThisProcess } from "./memory-trim.ts";
import { createRetention } from "./retention.ts";

/** What this process does besides answering requests. */
export interface Workers {
  start(): void;
  /** Does everything that is due now; for tests and for the end of a command. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The outbox's workers, the keys' keeper and what is done again and again: every replica runs them, and each message,
 * rotation or deletion is one replica's.
 */
export function createWorkers(platform: RunningPlatform): Workers {
  const deliveries = [
    [verificationRequestTopic, createRequestDelivery(platform, sendVerification)],
    [passwordResetTopic, createRequestDelivery(platform, sendPasswordReset)],
    [magicLinkRequestTopic, createRequestDelivery(platform, sendMagicLink)],
    [mailTopic, createMailDelivery(platform)],
  ] as const;
  const { db, clock, secrets, log } = platform;
  const workersByTopic = new Map<string, OutboxWorker>(
    deliveries.map(([topic, deliver]) => [
      topic,
      createOutboxWorker({ topic, deliver, db, clock, secrets, log }),
    ]),
  );
  const workers = [...workersByTopic.values()];
  const keyKeeper = createKeyRotation(platform);
  const works = [
    createAuditSealing(platform),
    createRetention(platform),
    ...createVerificationReminders(platform),
    createMemoryTrim(ofThisProcess),
  ];
  const periodic = works.map((work) => createPeriodicJob(work, log));
  function wake(topics: Iterable<string> = workersByTopic.keys()): void {
    for (const topic of topics) workersByTopic.get(topic)?.wake();
  }

  return {
    start() {
      platform.outboxListeners.add(wake);
      for (const worker of workers) worker.start();
      keyKeeper.start();
      for (const work of periodic) work.start();
    },
    async drain() {
      for (const worker of workers) await worker.drain();
    },
    async stop() {
      platform.outboxListeners.delete(wake);
      await Promise.all([...workers, keyKeeper, ...periodic].map((worker) => worker.stop()));
    },
  };
}

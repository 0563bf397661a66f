import {
  sendVerification,
  verificationRequestTopic,
} from "../features/email-verification/index.ts";
import { magicLinkRequestTopic, sendMagicLink } from "../features/magic-links/index.ts";
import { createMailDelivery, mailTopic } from "../features/mail/index.ts";
import { createRequestDelivery } from "../features/mail-challenges/index.ts";
import { passwordResetTopic, sendPasswordReset } from "../features/passwords/index.ts";
import { createOutboxWorker } from "../platform/outbox/worker.ts";
import type { RunningPlatform } from "./create-platform.ts";
import { createKeyKeeper } from "./key-keeper.ts";
import { createPeriodicWork } from "./periodic-work.ts";
import { createReminding } from "./remind.ts";
import { createSealing } from "./seal-audit.ts";
import { createShrinking, ofThisProcess } from "./shrink.ts";
import { createSweep } from "./sweep.ts";

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
  const workers = deliveries.map(([topic, deliver]) =>
    createOutboxWorker({ topic, deliver, db, clock, secrets, log }),
  );
  const keyKeeper = createKeyKeeper(platform);
  const works = [
    createSealing(platform),
    createSweep(platform),
    ...createReminding(platform),
    createShrinking(ofThisProcess),
  ];
  const periodic = works.map((work) => createPeriodicWork(work, log));
  function wake(): void {
    for (const worker of workers) worker.wake();
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

import { auditTopic, failuresTopic } from "../../features/audit/index.ts";
import { claimChallengeForMailing } from "../../features/email-challenges/index.ts";
import { verificationRequests } from "../../features/email-verification/index.ts";
import { magicLinkRequests } from "../../features/magic-links/index.ts";
import { createLogoutDelivery } from "../../features/end-session/index.ts";
import { createRelay, eventTopic } from "../../features/events/index.ts";
import { createMailDelivery, mailTopic } from "../../features/mail/index.ts";
import { passwordResetRequests } from "../../features/passwords/index.ts";
import { backchannelLogoutTopic } from "../../features/sessions/index.ts";
import { createWebhookKind } from "../../features/webhooks/index.ts";
import { createOutboxWorker, type OutboxWorker } from "../../platform/outbox/worker.ts";
import { traceDestinations } from "../../platform/tracing/traced.ts";
import type { DestinationKinds, RunningPlatform } from "../create-platform.ts";
import { createKeyRotation } from "./key-rotation.ts";
import { createPeriodicJob } from "./periodic-job.ts";
import { createVerificationReminders } from "./verification-reminders.ts";
import { createFailedAttemptWriting } from "./failed-attempts.ts";
import { createAuditSealing } from "./audit-sealing.ts";
import { createDestinationUpkeep } from "./event-destinations.ts";
import { createMemoryTrim, thisProcess } from "./memory-trim.ts";
import { createOutboxLookout } from "./outbox-lookout.ts";
import { createEventLoopLag } from "./event-loop-lag.ts";
import { createRetention } from "./retention.ts";

/** The outbox workers, the relay of events and the jobs of this process. */
export interface Workers {
  start(): void;
  /** Delivers all messages and events that are due now. For tests. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

const mailRequests = [verificationRequests, passwordResetRequests, magicLinkRequests];

/** The topics of the outbox, each with a worker of its own. */
export const outboxTopics: readonly string[] = [
  ...mailRequests.map(({ topic }) => topic),
  mailTopic,
];

/**
 * Creates the outbox workers, the relay of events, the key rotation and the periodic jobs. Every replica runs all of them; each
 * message, event, rotation or deletion is handled by one replica.
 */
export function createWorkers(platform: RunningPlatform): Workers {
  const requests = mailRequests.map(
    ({ topic, createDelivery }) => [topic, createDelivery(platform)] as const,
  );
  const deliveries = [
    ...requests,
    [mailTopic, createMailDelivery(platform, claimChallengeForMailing)] as const,
    [backchannelLogoutTopic, createLogoutDelivery(platform)] as const,
  ];
  const { db, clock, secrets, log } = platform;
  const workersByTopic = new Map<string, OutboxWorker>(
    deliveries.map(([topic, deliver]) => [
      topic,
      createOutboxWorker({ topic, deliver, db, clock, secrets, log }),
    ]),
  );
  const workers = [...workersByTopic.values()];
  const webhook = createWebhookKind(platform);
  const kinds = traceKinds(platform, { webhook, ...platform.destinationKinds });
  const relay = createRelay(platform, kinds);
  const keyRotation = createKeyRotation(platform);
  const sealing = createPeriodicJob(createAuditSealing(platform), log);
  const failures = createPeriodicJob(createFailedAttemptWriting(platform), log);
  const jobs = [
    createOutboxLookout(platform, [...workersByTopic.keys()], wake),
    createRetention(platform),
    createDestinationUpkeep(platform),
    ...createVerificationReminders(platform),
    createMemoryTrim(thisProcess),
    createEventLoopLag(platform.counts),
  ];
  const periodicJobs = [sealing, failures, ...jobs.map((job) => createPeriodicJob(job, log))];

  function wake(topics: readonly string[]): void {
    for (const topic of topics) workersByTopic.get(topic)?.wake();
    if (topics.includes(eventTopic)) relay.wake();
    if (topics.includes(auditTopic)) sealing.wake();
    if (topics.includes(failuresTopic)) failures.wake();
  }

  return {
    start() {
      platform.outboxListeners.add(wake);
      for (const worker of workers) worker.start();
      relay.start();
      keyRotation.start();
      for (const job of periodicJobs) job.start();
    },
    async drain() {
      for (const worker of workers) await worker.drain();
      await relay.drain();
    },
    async stop() {
      platform.outboxListeners.delete(wake);
      await Promise.all(
        [...workers, relay, keyRotation, ...periodicJobs].map((worker) => worker.stop()),
      );
    },
  };
}

function traceKinds({ tracing }: RunningPlatform, kinds: DestinationKinds): DestinationKinds {
  if (tracing === null) return kinds;
  const traced = Object.entries(kinds).map(
    ([name, kind]) => [name, traceDestinations(name, kind, tracing)] as const,
  );
  return Object.fromEntries(traced);
}

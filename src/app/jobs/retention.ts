import {
  deleteExpiredAuthorizationCodes,
  deleteExpiredPushedRequests,
} from "../../features/authorization/index.ts";
import { deleteUnusedClients } from "../../features/client-registration/index.ts";
import { deleteExpiredAuditRows } from "../../features/audit/index.ts";
import {
  deleteExpiredChallenges,
  deleteForgottenCodeAttempts,
} from "../../features/email-challenges/index.ts";
import { deleteUnverifiedAccounts } from "../../features/email-verification/index.ts";
import {
  deleteAbandonedDeliveries,
  deleteDeadEvents,
  deleteDeliveredEvents,
  deleteSettledEvents,
  wipeSecrets,
} from "../../features/events/index.ts";
import { deleteExpiredDeviceAuthorizations } from "../../features/device-authorization/index.ts";
import { deleteExpiredCounts } from "../../features/limits/index.ts";
import { deleteExpiredPasskeyChallenges } from "../../features/passkeys/index.ts";
import { deleteExpiredTrust } from "../../features/mfa/index.ts";
import { deleteExpiredSessions } from "../../features/sessions/index.ts";
import { deleteExpiredDevices } from "../../features/sign-in/index.ts";
import { deleteExpiredCodes } from "../../features/social-login/index.ts";
import { batchSize } from "../../platform/db/delete-batch.ts";
import { deleteEndedReservations } from "../../features/users/index.ts";
import {
  deleteDeadMessages,
  deleteDeliveredMessages,
} from "../../platform/outbox/delete-expired.ts";
import { createSystemContext, type Platform } from "../../platform/platform.ts";
import { deleteExpiredTickets } from "../../platform/used-tickets/delete-expired.ts";
import type { Job } from "./periodic-job.ts";

const pauseSeconds = 3600;

type Deletion = (platform: Platform, now: Date, stopping?: AbortSignal) => Promise<number>;

/** The deletions of expired rows. Each deletes at most one batch, and returns the number of rows. */
const deletions: Readonly<Record<string, Deletion>> = {
  challenges: ({ db }, now) => deleteExpiredChallenges(db, now),
  codeAttempts: ({ db }, now) => deleteForgottenCodeAttempts(db, now),
  sessions: ({ db }, now) => deleteExpiredSessions(db, now),
  limitCounts: ({ db }, now) => deleteExpiredCounts(db, now),
  usedTickets: ({ db }, now) => deleteExpiredTickets(db, now),
  socialLoginCodes: ({ db }, now) => deleteExpiredCodes(db, now),
  authorizationCodes: ({ db }, now) => deleteExpiredAuthorizationCodes(db, now),
  deviceAuthorizations: ({ db }, now) => deleteExpiredDeviceAuthorizations(db, now),
  pushedRequests: ({ db }, now) => deleteExpiredPushedRequests(db, now),
  passkeyChallenges: ({ db }, now) => deleteExpiredPasskeyChallenges(db, now),
  devices: ({ db }, now) => deleteExpiredDevices(db, now),
  trustedDevices: ({ db }, now) => deleteExpiredTrust(db, now),
  usernames: deleteEndedReservations,
  deliveredMessages: ({ db }, now) => deleteDeliveredMessages(db, now),
  deadMessages: ({ db }, now) => deleteDeadMessages(db, now),
  deliveredEvents: ({ db }, now) => deleteDeliveredEvents(db, now),
  deadEvents: ({ db }, now) => deleteDeadEvents(db, now),
  abandonedDeliveries: ({ db }, now) => deleteAbandonedDeliveries(db, now),
  settledEvents: ({ db }, now) => deleteSettledEvents(db, now),
  eventSecrets: ({ db }, now) => wipeSecrets(db, now),
  unverifiedAccounts: (platform, _now, stopping) =>
    deleteUnverifiedAccounts(createSystemContext(platform, "retention"), stopping),
  unusedClients: (platform, _now, stopping) =>
    deleteUnusedClients(createSystemContext(platform, "retention"), stopping),
  // The last one: it fails while the audit log is not intact.
  auditLog: deleteExpiredAuditRows,
};

/** The kinds of rows that are deleted, as the log names them and `docs/retention.md` describes them. */
export const retentionKinds: readonly string[] = Object.keys(deletions);

/** Deletes expired rows, so that tables do not grow without limit. Every replica runs it; one at a time deletes. */
export function createRetention(platform: Platform): Job {
  return {
    name: "retention",
    pauseSeconds,
    run: (stopping) => deleteExpiredRows(platform, stopping),
  };
}

/** Deletes expired rows of every kind, in batches. A failure of one kind does not stop the others; the first one is thrown at the end. */
export async function deleteExpiredRows(platform: Platform, stopping?: AbortSignal): Promise<void> {
  const { clock, log } = platform;
  const counts: Record<string, number> = {};
  const faults: unknown[] = [];
  for (const [kind, deleteBatch] of Object.entries(deletions)) {
    counts[kind] = 0;
    try {
      let deleted: number;
      do {
        if (stopping?.aborted) return;
        deleted = await deleteBatch(platform, clock.now(), stopping);
        counts[kind] += deleted;
      } while (deleted === batchSize);
    } catch (error) {
      faults.push(error);
    }
  }
  const hasDeleted = Object.values(counts).some((count) => count > 0);
  log[hasDeleted ? "info" : "debug"](counts, "expired rows deleted");
  if (faults.length > 0) throw faults[0];
}

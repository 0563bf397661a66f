import type { Change } from "../../platform/db/change-feed.ts";

/** A reading of the database in progress. It is void once something about its session or user has changed. */
export interface Reading {
  readonly sessionId: string;
  readonly userId: string;
  isVoid: boolean;
}

/** The readings in progress. */
export interface Readings {
  begin(sessionId: string, userId: string): Reading;
  end(reading: Reading): void;
  /** Makes the readings void that may have read the state before the change. */
  voidBy(change: Change): void;
}

/** No reading is in progress yet. */
export function createReadings(): Readings {
  const inProgress = new Set<Reading>();
  return {
    begin(sessionId, userId) {
      const reading = { sessionId, userId, isVoid: false };
      inProgress.add(reading);
      return reading;
    },
    end: (reading) => void inProgress.delete(reading),
    voidBy(change) {
      for (const reading of inProgress) reading.isVoid ||= concerns(reading, change);
    },
  };
}

/** Whether a reading may be out of date after a change. A change of the keys is found by the key ring's revision instead. */
function concerns(reading: Reading, { subject, id }: Change): boolean {
  if (subject === "session") return reading.sessionId === id;
  if (subject === "user") return reading.userId === id;
  return concernsAll(subject);
}

/** Whether a change of this subject may concern every token. */
export function concernsAll(subject: Change["subject"]): boolean {
  return subject === "roles" || subject === "clients" || subject === "all";
}

import type { Change } from "../../platform/db/change-feed.ts";

/** The session and the user that a reading of the database is about. */
export interface ReadSubject {
  readonly sessionId: string;
  readonly userId: string;
}

/** A reading of the database in progress. It is void once something about its session or user has changed. */
export interface Reading {
  /** Null until the row was read, for a reading by another key. */
  subject: ReadSubject | null;
  isVoid: boolean;
  /** What changed while the subject was not known. */
  readonly changes: Change[];
}

/** The readings in progress. */
export interface Readings {
  /** `null` for a reading that finds the subject itself; tell it by `identify`. */
  begin(subject: ReadSubject | null): Reading;
  /** Tells what a reading has found: it is void if that changed since it began. */
  identify(reading: Reading, subject: ReadSubject): void;
  end(reading: Reading): void;
  /** Makes the readings void that may have read the state before the change. */
  voidBy(change: Change): void;
}

/** No reading is in progress yet. */
export function createReadings(): Readings {
  const inProgress = new Set<Reading>();
  return {
    begin(subject) {
      const reading = { subject, isVoid: false, changes: [] };
      inProgress.add(reading);
      return reading;
    },
    identify(reading, subject) {
      reading.subject = subject;
      reading.isVoid ||= reading.changes.some((change) => concerns(subject, change));
    },
    end: (reading) => void inProgress.delete(reading),
    voidBy(change) {
      for (const reading of inProgress) {
        if (reading.subject === null) reading.changes.push(change);
        else reading.isVoid ||= concerns(reading.subject, change);
      }
    },
  };
}

/** Whether a reading may be out of date after a change. A change of the keys is found by the key ring's revision instead. */
function concerns({ sessionId, userId }: ReadSubject, { subject, id }: Change): boolean {
  if (subject === "session") return sessionId === id;
  if (subject === "user") return userId === id;
  return concernsAll(subject);
}

/** Whether a change of this subject may concern every token. */
export function concernsAll(subject: Change["subject"]): boolean {
  return subject === "roles" || subject === "clients" || subject === "all";
}

import type { Change } from "../../platform/db/change-feed.ts";

/** A reading of the database under way. It is void once something about its session or user has changed. */
export interface Reading {
  readonly sessionId: string;
  readonly userId: string;
  isVoid: boolean;
}

/** The readings under way. */
export interface Readings {
  begin(sessionId: string, userId: string): Reading;
  end(reading: Reading): void;
  /** Makes the readings void that may have seen what was before the change. */
  voidBy(change: Change): void;
}

/** No reading is under way yet. */
export function createReadings(): Readings {
  const underWay = new Set<Reading>();
  return {
    begin(sessionId, userId) {
      const reading = { sessionId, userId, isVoid: false };
      underWay.add(reading);
      return reading;
    },
    end: (reading) => void underWay.delete(reading),
    voidBy(change) {
      for (const reading of underWay) reading.isVoid ||= concerns(reading, change);
    },
  };
}

/** A change of the keys is told by the key ring's revision. */
function concerns(reading: Reading, { subject, id }: Change): boolean {
  if (subject === "session") return reading.sessionId === id;
  if (subject === "user") return reading.userId === id;
  return concernsAll(subject);
}

/** What a role allows may concern each token. */
export function concernsAll(subject: Change["subject"]): boolean {
  return subject === "roles" || subject === "all";
}

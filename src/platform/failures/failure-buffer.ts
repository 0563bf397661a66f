import type { AttemptTally, FailedAttempt, FailureBuffer } from "./port.ts";

/** So many attempts of one kind on a known account or client have rows of their own in a minute. */
const ownRowsOfSubject = 10;
/** So many attempts of one source have rows of their own in a minute. */
const ownRowsOfSource = 30;
/** So many rows of their own are collected until they are written, which is once a second. */
const ownRowsAtATime = 200;
/** So many tallies are held, of about 1 KiB each, and one for each kind of the sources beyond. */
const maximumTallies = 5_000;
/** So many subjects and sources are counted in a minute. */
const maximumCounters = 20_000;
const maximumListedUsers = 20;
const minuteMilliseconds = 60_000;

interface Tally {
  readonly first: FailedAttempt;
  readonly by: AttemptTally["by"];
  readonly minute: number;
  count: number;
  lastAt: Date;
  readonly userIds: Set<string>;
}

/**
 * Collects failed attempts, so that a flood of them becomes few rows. The first attempts on a known account or client have rows
 * of their own. The others are counted by that account or client, and those on no known one by their source.
 */
export function createFailureBuffer(): FailureBuffer {
  const tallies = new Map<string, Tally>();
  let own: AttemptTally[] = [];
  let returned: readonly AttemptTally[] = [];
  let countedMinute = Number.NaN;
  const counters = new Map<string, number>();

  function isBelow(most: number, key: string): boolean {
    const count = counters.get(key);
    return count === undefined ? counters.size < maximumCounters : count < most;
  }

  function countUp(key: string): void {
    counters.set(key, (counters.get(key) ?? 0) + 1);
  }

  function addToTally(attempt: FailedAttempt, by: "subject" | "source", key: string): void {
    const minute = minuteOf(attempt.at);
    const ownPlace = `${minute} ${by} ${key}`;
    const hasSpace = tallies.has(ownPlace) || tallies.size < maximumTallies;
    const place = hasSpace ? ownPlace : `other ${attempt.action}`;
    const tally = tallies.get(place) ?? newTally(attempt, hasSpace ? by : "other sources");
    tally.count += 1;
    tally.lastAt = attempt.at;
    if (attempt.userId !== null && tally.userIds.size < maximumListedUsers) {
      tally.userIds.add(attempt.userId);
    }
    tallies.set(place, tally);
  }

  return {
    add(attempt, { source, subject, kind }) {
      const minute = minuteOf(attempt.at);
      if (minute !== countedMinute) counters.clear();
      countedMinute = minute;
      const ofSource = `source ${source ?? "unknown"}`;
      const ofSubject = `subject ${subject} ${kind}`;
      const hasOwnRows = own.length < ownRowsAtATime && isBelow(ownRowsOfSource, ofSource);
      if (subject === null) addToTally(attempt, "source", `${ofSource} ${kind}`);
      else if (!isBelow(ownRowsOfSubject, ofSubject)) addToTally(attempt, "subject", ofSubject);
      else if (!hasOwnRows) addToTally(attempt, "source", `${ofSource} ${kind}`);
      else {
        countUp(ofSource);
        countUp(ofSubject);
        own.push({ first: attempt, by: "subject", count: 1, lastAt: attempt.at, userIds: [] });
      }
    },
    take(now, everything) {
      if (returned.length > 0 && !everything) {
        const again = returned;
        returned = [];
        return again;
      }
      const taken = [...returned, ...own];
      returned = [];
      own = [];
      for (const [place, { minute, ...tally }] of tallies) {
        if (minute === minuteOf(now) && !everything) continue;
        tallies.delete(place);
        taken.push({ ...tally, userIds: [...tally.userIds] });
      }
      return taken;
    },
    putBack(rest) {
      returned = [...returned, ...rest];
    },
  };
}

function newTally(first: FailedAttempt, by: Tally["by"]): Tally {
  const { at } = first;
  return { first, by, minute: minuteOf(at), count: 0, lastAt: at, userIds: new Set() };
}

function minuteOf(timestamp: Date): number {
  return Math.floor(timestamp.getTime() / minuteMilliseconds);
}

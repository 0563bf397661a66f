import { addSeconds } from "../../../kernel/clock.ts";
import type { Random } from "../../../kernel/random.ts";

/** The last attempt: an event that has failed so often is dead. */
export const maximumAttempts = 20;

/** A receiver may ask for a longer pause than the relay's own, up to this. */
const longestRequestedSeconds = 86_400;
const longestOutagePauseSeconds = 60;

/** What a pause depends on. `attempt` counts from 1. */
interface Pause {
  readonly now: Date;
  readonly attempt: number;
  readonly retryAfterSeconds?: number | undefined;
}

/** The time of the next attempt to deliver an event: after 1 s, 2 s, 4 s …, and up to a quarter more. */
export function nextAttemptAt(
  random: Random,
  { now, attempt, retryAfterSeconds }: Pause,
  longestPauseSeconds: number,
): Date {
  return pauseUntil(random, now, {
    seconds: Math.min(2 ** (attempt - 1), longestPauseSeconds),
    leastSeconds: retryAfterSeconds,
  });
}

/** The time of the next probe of a destination that could not be reached: after 1 s, 2 s … 60 s, and up to a quarter more. */
export function nextProbeAt(random: Random, { now, attempt, retryAfterSeconds }: Pause): Date {
  return pauseUntil(random, now, {
    seconds: Math.min(2 ** (attempt - 1), longestOutagePauseSeconds),
    leastSeconds: retryAfterSeconds,
  });
}

function pauseUntil(
  random: Random,
  now: Date,
  { seconds, leastSeconds = 0 }: { seconds: number; leastSeconds?: number | undefined },
): Date {
  const least = Math.min(leastSeconds, longestRequestedSeconds);
  const jittered = Math.max(seconds, least) + random.below(Math.ceil(seconds * 250)) / 1000;
  return addSeconds(now, jittered);
}

/** The one source of the present moment. */
export interface Clock {
  now(): Date;
}

/** The system's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** The moment `seconds` after (or, when negative, before) `moment`. */
export function addSeconds(timestamp: Date, seconds: number): Date {
  return new Date(timestamp.getTime() + seconds * 1000);
}

/** Whole seconds since 1970, as JWT's NumericDate (RFC 7519 §2). */
export function numericDate(timestamp: Date): number {
  return Math.floor(timestamp.getTime() / 1000);
}

/** A reading of the monotonic clock in milliseconds, for telling how long ago something was. */
export function monotonicMilliseconds(): number {
  return performance.now();
}

/**
 * Begins to count, and gives what tells the milliseconds since, by whichever clock saw more of them pass: the monotonic one
 * stands still while a virtual machine is suspended, the other one may be set back.
 */
export function startStopwatch(): () => number {
  const monotonic = performance.now();
  const wall = Date.now();
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}

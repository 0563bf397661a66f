/** The only source of the current time. */
export interface Clock {
  now(): Date;
}

/** The system's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** The timestamp `seconds` after (or, when negative, before) another. */
export function addSeconds(timestamp: Date, seconds: number): Date {
  return new Date(timestamp.getTime() + seconds * 1000);
}

/** Whole seconds since 1970, as JWT's NumericDate (RFC 7519 §2). */
export function numericDate(timestamp: Date): number {
  return Math.floor(timestamp.getTime() / 1000);
}

let lastTime = Number.NaN;
let lastText = "";

/** A timestamp in RFC 3339, UTC. Many responses have the same millisecond, whose text is formatted once. */
export function formatTimestamp(timestamp: Date): string {
  const time = timestamp.getTime();
  if (time !== lastTime) {
    lastText = timestamp.toISOString();
    lastTime = time;
  }
  return lastText;
}

/** A reading of the monotonic clock in milliseconds, for measuring durations. */
export function monotonicMilliseconds(): number {
  return performance.now();
}

/**
 * Starts a stopwatch, and returns a function that reads it, in milliseconds. It takes the larger of two clocks' readings:
 * the monotonic clock stops while a virtual machine is suspended, and the wall clock may be set back.
 */
export function startStopwatch(): () => number {
  const monotonic = performance.now();
  const wall = Date.now();
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}

/** How long this process has run, in seconds. */
export function processUptimeSeconds(): number {
  return process.uptime();
}

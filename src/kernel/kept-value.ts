import type { Clock } from "./clock.ts";

/** For how long a loaded value is kept. */
export interface KeepingTimes {
  readonly valueSeconds: number;
  /** For how long an error is thrown again instead of another attempt. */
  readonly errorSeconds: number;
  /** The least time between two calls of `renew` that load. Default: `valueSeconds`. */
  readonly renewalSeconds?: number;
}

/** A value that is loaded when it is first used. Calls at the same time share one load and its error. */
export interface KeptValue<T> {
  /** The value, loaded again when it has been kept for `valueSeconds`. */
  get(): Promise<T>;
  /** The value, loaded now, unless an earlier call loaded it in the last `renewalSeconds`. */
  renew(): Promise<T>;
}

interface Loaded<T> {
  readonly value: Promise<T>;
  /** In milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

/** Keeps what `load` returns, in this process. */
export function keepValue<T>(
  load: () => Promise<T>,
  times: KeepingTimes,
  clock: Clock,
): KeptValue<T> {
  let loading: Promise<T> | null = null;
  let loaded: Loaded<T> | null = null;
  const renewalSeconds = times.renewalSeconds ?? times.valueSeconds;
  let renewedAt = Number.NEGATIVE_INFINITY;

  async function loadNow(): Promise<T> {
    const value = load();
    const seconds = await value.then(
      () => times.valueSeconds,
      () => (hasKept() ? null : times.errorSeconds),
    );
    const from = clock.now().getTime();
    // A value that is still kept outlives an attempt to renew it that failed.
    if (seconds !== null) loaded = { value, from, until: from + seconds * 1000 };
    loading = null;
    return await value;
  }

  function hasKept(): boolean {
    const now = clock.now().getTime();
    // A clock that is set back must not keep a value for longer.
    return loaded !== null && now >= loaded.from && now < loaded.until;
  }

  function get(): Promise<T> {
    if (loading === null && loaded !== null && hasKept()) return loaded.value;
    return (loading ??= loadNow());
  }

  return {
    get,
    renew() {
      const now = clock.now().getTime();
      if (Math.abs(now - renewedAt) < renewalSeconds * 1000) return get();
      renewedAt = now;
      return (loading ??= loadNow());
    },
  };
}

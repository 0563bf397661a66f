/** How a check ended. A warning does not stop the service; what fails does, or will. `skip`: there is nothing to check. */
export type Outcome = "ok" | "warn" | "fail" | "skip";

/** One line of the report. It holds no secret, nor any part of one. */
export interface Finding {
  readonly outcome: Outcome;
  /** Names what was checked: lower-case words with hyphens, or the name of a setting. */
  readonly name: string;
  readonly what: string;
  /** What the operator can do; null where nothing is to be done. */
  readonly advice: string | null;
}

/** All is as it should be. */
export function ok(name: string, what: string): Finding {
  return { outcome: "ok", name, what, advice: null };
}

/** There was nothing to check, or no way to. */
export function skip(name: string, what: string, advice: string | null = null): Finding {
  return { outcome: "skip", name, what, advice };
}

/** The service works, but less well or less safely than it could. */
export function warn(name: string, what: string, advice: string): Finding {
  return { outcome: "warn", name, what, advice };
}

/** The service, or a part of it, does not work. */
export function fail(name: string, what: string, advice: string): Finding {
  return { outcome: "fail", name, what, advice };
}

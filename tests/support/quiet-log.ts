import type { Logger } from "../../src/platform/log/port.ts";

/** A log without output. */
export const quietLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

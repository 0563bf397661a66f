import type { Logger } from "../../src/platform/log/port.ts";

/** A log that writes nothing. */
export const quietLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  request: () => undefined,
  record: () => undefined,
};

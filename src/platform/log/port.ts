/** The fields of a log line: plain values, no secret among them. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log, one line an entry. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** The fields of a log line: plain values without secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A structured log with one line for each entry. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

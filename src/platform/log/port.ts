/** The fields of a log line: plain values, no secret among them. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One line of the access log. */
export interface RequestLogEntry {
  readonly method: string;
  /** The template of the route's path; null for a path without a route. */
  readonly route: string | null;
  readonly status: number;
  /** Duration in milliseconds, to two decimals. */
  readonly ms: number;
  readonly request_id: string;
  readonly client_address: string | null;
  readonly user_id: string | null;
  /** Length of the response's body. */
  readonly bytes: number;
  /** Where requests are traced. */
  readonly trace_id?: string;
}

/** Structured log, one line an entry. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Writes a line of the access log, at the level `info`, with the time of the response. */
  request(time: Date, entry: RequestLogEntry): void;
  /** Writes a line of JSON at any level and in any format: these fields and the service, in the form of the Elastic Common Schema. */
  record(fields: LogFields): void;
}

import { pino, type DestinationStream } from "pino";
import { build as prettyStream } from "pino-pretty";

import type { Logger } from "./port.ts";

/** The lowest level that is logged, the format, and the name of the service. */
export interface LogOptions {
  readonly level: string;
  readonly format: "json" | "pretty";
  readonly service: string;
}

/** Names of fields that would hold a secret. Their values are redacted in every log line. */
const secretFields = ["password", "token", "access_token", "refresh_token", "code", "secret"];

/** A logger that writes to a stream, by default standard output. Pino transports are not used: their worker threads do not start in an executable. */
export function createLogger(options: LogOptions, stream?: DestinationStream): Logger {
  const destination =
    stream ??
    (options.format === "pretty"
      ? prettyStream({
          sync: true,
          colorize: true,
          translateTime: "SYS:HH:MM:ss.l",
          ignore: "pid,hostname,service",
        })
      : pino.destination({ fd: 1, sync: true }));
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    },
    destination,
  );
}

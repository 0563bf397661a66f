import { Writable } from "node:stream";
import { isatty } from "node:tty";

import { pino, type DestinationStream } from "pino";
import type * as PinoPretty from "pino-pretty";

import { formatTimestamp } from "../../kernel/clock.ts";
import type { Logger } from "./port.ts";
import { createStandardOutput, type StandardOutput } from "./standard-output.ts";

/** The least level that is logged, the form of a line, and the name of the service in each line. */
export interface LogOptions {
  readonly level: string;
  readonly format: "json" | "pretty";
  readonly service: string;
}

/** Names of fields that would hold a secret; a value that reaches a log line under such a name is replaced. */
const secretFields = ["password", "token", "access_token", "refresh_token", "code", "secret"];

/**
 * Writes to standard output, or to `stream`. No transports: their worker threads do not start inside an executable. In JSON
 * the access log passes by pino, whose redaction takes longer than a hot route: its fields are fixed, and none is secret.
 */
export function createLogger(options: LogOptions, stream?: DestinationStream): Logger {
  const { level, service, format } = options;
  const output = stream ? null : createStandardOutput(reportDropped);
  const isJson = format === "json";
  const log = pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    },
    output && !isJson ? createPrettyStream(output) : (stream ?? output ?? undefined),
  );
  const isRequestLogged = log.isLevelEnabled("info");
  const serviceField = JSON.stringify({ service }).slice(1, -1);

  const recordService = { name: service };

  function reportDropped(lines: number): void {
    log.warn({ lines }, "log lines were dropped: they could not be written");
  }

  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    record(fields) {
      const line = { ...fields, "log.level": "info", service: recordService };
      (stream ?? output)?.write(`${JSON.stringify(line)}\n`);
    },
    request(time, entry) {
      if (!isRequestLogged) return;
      if (!output || !isJson) return log.info(entry, "request");
      const fields = JSON.stringify(entry).slice(1, -1);
      output.gather(
        `{"level":"info","time":"${formatTimestamp(time)}",${serviceField},${fields},"msg":"request"}\n`,
      );
    },
  };
}

/** Loaded only where it is used: few processes write lines for a terminal. */
function createPrettyStream(output: StandardOutput): DestinationStream {
  // oxlint-disable-next-line typescript/no-require-imports -- an import is evaluated at every start, or is asynchronous
  const { build } = asPinoPretty(require("pino-pretty"));
  return build({
    sync: true,
    colorize: isColourful(),
    translateTime: "SYS:HH:MM:ss.l",
    ignore: "pid,hostname,service",
    destination: new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        output.write(text);
        done();
      },
    }),
  });
}

/** Colour is for terminals, and for users who do not refuse it (https://no-color.org). */
function isColourful(): boolean {
  return isatty(1) && process.stdout.hasColors();
}

function asPinoPretty(loaded: unknown): typeof PinoPretty {
  return loaded as typeof PinoPretty;
}

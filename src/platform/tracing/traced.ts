import type { DestinationKind, EventSender } from "../brokers/port.ts";
import type { TraceStatement } from "../db/trace-statement.ts";
import { type HttpClient, OutboundError } from "../http-client/port.ts";
import type { Logger } from "../log/port.ts";
import type { Mailer } from "../mail/port.ts";
import type { PasswordHasher } from "../password-hasher/port.ts";
import type { Tracing } from "./port.ts";
import { statementName } from "./statement-name.ts";

/** A span for each statement of a traced request, without its parameters. */
export function traceStatements(tracing: Tracing): TraceStatement {
  return (text, run) => {
    if (tracing.traceId() === null) return run();
    const name = statementName(text);
    const attributes = { "db.system.name": "postgresql", "db.query.summary": name };
    return tracing.run({ name, kind: "client", attributes }, run);
  };
}

/** The hasher with a span for each hash, which includes the wait for its turn. */
export function traceHasher(hasher: PasswordHasher, tracing: Tracing): PasswordHasher {
  return {
    ...hasher,
    hash: (...parameters) =>
      tracing.run({ name: "hash password", kind: "internal" }, () => hasher.hash(...parameters)),
    verify: (...parameters) =>
      tracing.run({ name: "verify password", kind: "internal" }, () =>
        hasher.verify(...parameters),
      ),
  };
}

/** The client with a span for each request. Its path and query are left out: those of a webhook may hold a key. */
export function traceHttpClient(client: HttpClient, tracing: Tracing): HttpClient {
  return {
    send(request) {
      const { hostname = "", port = "" } = URL.parse(request.url) ?? {};
      const attributes = {
        "http.request.method": request.method,
        "server.address": hostname,
        ...(port === "" ? {} : { "server.port": Number(port) }),
      };
      return tracing.run({ name: request.method, kind: "client", attributes }, async (span) => {
        try {
          const response = await client.send(request);
          span.set("http.response.status_code", response.status);
          if (response.status >= 400) span.fail(String(response.status));
          return response;
        } catch (error) {
          if (error instanceof OutboundError) span.fail(error.fault);
          throw error;
        }
      });
    },
  };
}

/** The mailer with a span for each mail, by its kind: no address is in it. */
export function traceMailer(mailer: Mailer, tracing: Tracing): Mailer {
  return {
    send: (message) =>
      tracing.run(
        {
          name: `send mail ${message.kind}`,
          kind: "producer",
          attributes: { "gatehouse.mail.kind": message.kind },
          beginsTrace: true,
        },
        () => mailer.send(message),
      ),
    close: () => mailer.close(),
  };
}

/** A kind of destinations with a span for each batch of events. */
export function traceDestinations(
  name: string,
  kind: DestinationKind,
  tracing: Tracing,
): DestinationKind {
  return {
    ...kind,
    create(destinationId) {
      const sender = kind.create(destinationId);
      return sender === null ? null : traceSender(name, sender, tracing);
    },
  };
}

function traceSender(name: string, sender: EventSender, tracing: Tracing): EventSender {
  return {
    send: (events, signal) =>
      tracing.run(
        {
          name: `send events ${name}`,
          kind: "producer",
          attributes: { "messaging.system": name, "messaging.batch.message_count": events.length },
          beginsTrace: true,
        },
        async (span) => {
          const results = await sender.send(events, signal);
          const failed = results.find(({ kind }) => kind !== "delivered");
          if (failed) span.fail(failed.kind);
          return results;
        },
      ),
    close: () => sender.close(),
  };
}

/** The log with `trace_id` in each line that is written in a trace. */
export function traceLog(log: Logger, tracing: Pick<Tracing, "traceId">): Logger {
  const withTrace = <Fields extends object>(fields: Fields) => {
    const id = tracing.traceId();
    return id === null ? fields : { ...fields, trace_id: id };
  };
  return {
    debug: (fields, message) => log.debug(withTrace(fields), message),
    info: (fields, message) => log.info(withTrace(fields), message),
    warn: (fields, message) => log.warn(withTrace(fields), message),
    error: (fields, message) => log.error(withTrace(fields), message),
    request: (time, entry) => log.request(time, withTrace(entry)),
    record: (fields) => log.record(fields),
  };
}

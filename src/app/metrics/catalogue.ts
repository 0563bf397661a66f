import type { MetricDefinition } from "../../platform/metrics/port.ts";

/** Every metric of `/metrics`. docs/metrics.md lists them for operators. A scrape has them all, also those without a value yet. */
export const metrics = {
  requests: counter("gatehouse_http_requests_total", ["method", "route", "status"], "Requests"),
  requestDuration: define(
    "histogram",
    "gatehouse_http_request_duration_seconds",
    ["method", "route"],
    "Time from the receipt of a request to its response",
  ),
  signIns: counter("gatehouse_sign_ins_total", ["method", "outcome"], "Attempts to sign in"),
  limitHits: counter(
    "gatehouse_limit_hits_total",
    ["limit"],
    "Actions that were refused because a limit was exceeded",
  ),
  hashingRunning: gauge("gatehouse_password_hashing_running", ["lane"], "Password work that runs"),
  hashingWaiting: gauge("gatehouse_password_hashing_waiting", ["lane"], "Password work that waits"),
  hashingRefused: counter(
    "gatehouse_password_hashing_refused_total",
    ["lane"],
    "Password work that was refused because the queue was full",
  ),
  statementsRunning: gauge("gatehouse_database_statements_running", [], "Statements that run"),
  statementsWaiting: gauge(
    "gatehouse_database_statements_waiting",
    [],
    "Statements that wait for a connection",
  ),
  statementsLimit: gauge(
    "gatehouse_database_statements_limit",
    [],
    "Statements that may run at a time",
  ),
  statements: counter("gatehouse_database_statements_total", [], "Statements that were sent"),
  statementsUnavailable: counter(
    "gatehouse_database_statements_unavailable_total",
    [],
    "Statements without a result, in time or at all",
  ),
  databaseUp: gauge(
    "gatehouse_database_up",
    [],
    "1 if the database responded to this scrape in time, else 0",
  ),
  changeFeedLive: gauge(
    "gatehouse_change_feed_live",
    [],
    "1 while the database reports changes by other replicas, else 0: the token cache is then not used",
  ),
  cacheTokens: gauge("gatehouse_token_cache_tokens", [], "Tokens in the cache"),
  cacheBytes: gauge("gatehouse_token_cache_bytes", [], "Memory of the token cache"),
  cacheLimitBytes: gauge("gatehouse_token_cache_limit_bytes", [], "Largest size of the cache"),
  cacheLookups: counter(
    "gatehouse_token_cache_lookups_total",
    ["result"],
    "Lookups of a token in the cache",
  ),
  outboxMessages: gauge(
    "gatehouse_outbox_messages",
    ["topic", "state"],
    "Messages that are not delivered, up to 10,000 in each state",
  ),
  outboxOldest: gauge(
    "gatehouse_outbox_oldest_age_seconds",
    ["topic"],
    "Age of the oldest message that waits, 0 for none",
  ),
  eventDeliveries: gauge(
    "gatehouse_event_deliveries",
    ["destination", "state"],
    "Events that are not delivered to a destination, up to 10,000 in each state",
  ),
  eventOldest: gauge(
    "gatehouse_event_oldest_age_seconds",
    ["destination"],
    "Age of the oldest event that waits for a destination, 0 for none",
  ),
  auditUnsealed: gauge(
    "gatehouse_audit_unsealed_rows",
    [],
    "Rows of the audit log that are not sealed yet, up to 10,000",
  ),
  auditLag: gauge(
    "gatehouse_audit_sealing_lag_seconds",
    [],
    "Age of the oldest row of the audit log that is not sealed, 0 for none",
  ),
  keyAge: gauge(
    "gatehouse_signing_key_age_seconds",
    [],
    "Time since the current signing key became active; no value with HS256",
  ),
  eventLoopLag: define(
    "histogram",
    "gatehouse_event_loop_lag_seconds",
    [],
    "How much later than planned the event loop ran a timer, once a second",
  ),
  traceSpans: counter(
    "gatehouse_trace_spans_total",
    ["outcome"],
    "Spans of traces that the collector took, or that were dropped",
  ),
  buildInfo: gauge("gatehouse_build_info", ["version", "commit"], "1, with the build as labels"),
  processCpu: counter("process_cpu_seconds_total", [], "CPU time of the process"),
  processMemory: gauge("process_resident_memory_bytes", [], "Resident memory of the process"),
  processStart: gauge(
    "process_start_time_seconds",
    [],
    "Start of the process, in seconds since 1970",
  ),
} as const satisfies Record<string, MetricDefinition>;

function counter(name: string, labels: readonly string[], help: string): MetricDefinition {
  return define("counter", name, labels, help);
}

function gauge(name: string, labels: readonly string[], help: string): MetricDefinition {
  return define("gauge", name, labels, help);
}

function define(
  type: MetricDefinition["type"],
  name: string,
  labels: readonly string[],
  help: string,
): MetricDefinition {
  return { type, name, labels, help: `${help}.` };
}

import type { HttpClient } from "../http-client/port.ts";
import type { BatchResult } from "./span-queue.ts";

/** The collector, and what authenticates to it. */
export interface Collector {
  /** The base address, to which `/v1/traces` is appended (OTLP specification, endpoint URLs for OTLP/HTTP). */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Statuses after which a batch is sent again (OTLP specification, retryable response codes). */
const retryable = new Set([429, 502, 503, 504]);
const timeoutSeconds = 3;

/** Posts a batch of `count` spans as JSON. Never rejects. Collectors are local as a rule, so a private address is allowed. */
export async function sendBatch(
  client: HttpClient,
  { endpoint, headers }: Collector,
  body: string,
  count: number,
): Promise<BatchResult> {
  try {
    const response = await client.send({
      url: `${endpoint}/v1/traces`,
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
      mayBePrivate: true,
      timeoutSeconds,
      keepsConnection: true,
    });
    if (retryable.has(response.status)) return "later";
    const isTaken = response.status >= 200 && response.status < 300;
    if (!isTaken) return { refused: count, refusedWith: response.status };
    return { refused: refusedIn(response.body, count) };
  } catch {
    return "later";
  }
}

/** `partialSuccess.rejectedSpans` of the response, an int64 as text. */
function refusedIn(body: string, count: number): number {
  try {
    const parsed: unknown = JSON.parse(body);
    const refused = Number(memberOf(memberOf(parsed, "partialSuccess"), "rejectedSpans") ?? 0);
    return refused > 0 ? Math.min(refused, count) : 0;
  } catch {
    return 0;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

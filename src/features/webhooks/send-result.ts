import type { SendResult } from "../../platform/brokers/port.ts";
import { OutboundError, type OutboundFault } from "../../platform/http-client/port.ts";
import { readRetryAfter } from "./retry-after.ts";

/** The part of a response that the result depends on. */
export interface WebhookResponse {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * What a response means: 2xx is delivered, 410 disables the webhook, and 429 and 503 with `Retry-After` pause all of its events.
 * Everything else has failed, a redirect too. Of 5xx and 429 the receiver itself may be the cause.
 */
export function resultOfResponse({ status, headers }: WebhookResponse, now: Date): SendResult {
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  if (status === 410) {
    return { kind: "gone", reason: "The receiver responded with 410 (Gone).", status };
  }
  const reason = `The receiver responded with ${status}.`;
  if (status >= 300 && status < 400) {
    return { kind: "failed", reason: `${reason} Redirects are not followed.`, status };
  }
  const retryAfterSeconds = isOverloaded(status)
    ? readRetryAfter(headers.get("retry-after"), now)
    : null;
  if (retryAfterSeconds === null) {
    const mayBeDown = status >= 500 || status === 429;
    return { kind: "failed", reason, status, ...(mayBeDown ? { mayBeDown } : {}) };
  }
  return { kind: "unavailable", reason, status, retryAfterSeconds };
}

function isOverloaded(status: number): boolean {
  return status === 429 || status === 503;
}

const reasons: Readonly<Record<OutboundFault, string>> = {
  timeout: "The receiver did not respond in time.",
  too_large: "The receiver's response is too large.",
  private_address:
    "The URL leads to an address that is not public. WEBHOOK_ALLOW_PRIVATE=true allows private ones, and never link-local ones.",
  unreachable: "The receiver cannot be reached",
  not_https: "The URL is not https.",
  invalid_response: "The receiver's response is not valid HTTP.",
};

/** Faults of which the receiver itself may be the cause, and the event as well: it may end the program that reads it. */
const receiverFaults: ReadonlySet<OutboundFault> = new Set([
  "timeout",
  "unreachable",
  "invalid_response",
]);

/** Without a connection the event was not sent, and cannot be the cause. */
const noConnection =
  /^(?:ECONNREFUSED|ConnectionRefused|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|.*CERT.*|.*TLS.*|.*SSL.*)$/;

/** What the lack of a response means. The error of a program is not shown to users. */
export function resultOfError(error: unknown): SendResult {
  if (!(error instanceof OutboundError)) return { kind: "failed", reason: "The request failed." };
  const { fault, cause } = error;
  const mayBeDown = receiverFaults.has(fault) ? { mayBeDown: true } : {};
  if (fault !== "unreachable") return { kind: "failed", reason: reasons[fault], ...mayBeDown };
  // A code such as ECONNREFUSED or CERT_HAS_EXPIRED.
  const code = typeof cause === "string" && /^[A-Z0-9_]+$/.test(cause) ? ` (${cause})` : "";
  const reason = `${reasons.unreachable}${code}.`;
  if (typeof cause === "string" && noConnection.test(cause)) return { kind: "unavailable", reason };
  return { kind: "failed", reason, ...mayBeDown };
}

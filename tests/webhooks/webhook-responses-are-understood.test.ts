import { describe, expect, test } from "bun:test";

import { readRetryAfter } from "../../src/features/webhooks/retry-after.ts";
import { resultOfError, resultOfResponse } from "../../src/features/webhooks/send-result.ts";
import { OutboundError } from "../../src/platform/http-client/port.ts";

const now = new Date("2026-01-01T00:00:00Z");
const resultOf = (status: number, headers: Record<string, string> = {}) =>
  resultOfResponse({ status, headers: new Headers(headers) }, now);

// part of security 134
test.each([200, 201, 202, 204, 299])("%d is delivered", (status) => {
  expect(resultOf(status)).toEqual({ kind: "delivered", status });
});

test.each([100, 301, 302, 303, 307, 308, 304, 400, 401, 404, 409, 422, 429, 500, 502, 503, 504])(
  "%d without Retry-After has failed",
  (status) => {
    expect(resultOf(status)).toMatchObject({ kind: "failed", status });
  },
);

// No part of an event was sent: it cannot be the cause.
test.each([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
])("without a connection (%s) the receiver is down, whatever the event", (code) => {
  expect(resultOfError(new OutboundError("unreachable", code)).kind).toBe("unavailable");
});

test("a status of 5xx or 429, a time-out and a lost connection may be the receiver's or the event's fault", () => {
  const faults = [
    ...[500, 501, 502, 503, 504, 429].map((status) => resultOf(status)),
    resultOfError(new OutboundError("timeout")),
    resultOfError(new OutboundError("unreachable", "ECONNRESET")),
    resultOfError(new OutboundError("invalid_response")),
  ];
  for (const fault of faults) expect(fault).toMatchObject({ kind: "failed", mayBeDown: true });
  for (const status of [301, 400, 401, 404, 413, 422]) {
    expect(resultOf(status)).not.toHaveProperty("mayBeDown");
  }
  expect(resultOfError(new OutboundError("private_address"))).not.toHaveProperty("mayBeDown");
});

test("410 disables the webhook", () => {
  expect(resultOf(410)).toMatchObject({ kind: "gone", status: 410 });
});

test("Retry-After is read of 429 and 503 only", () => {
  const header = { "retry-after": "7" };
  for (const status of [429, 503]) {
    expect(resultOf(status, header)).toMatchObject({ kind: "unavailable", retryAfterSeconds: 7 });
  }
  for (const status of [301, 500, 502]) {
    expect(resultOf(status, header)).not.toHaveProperty("retryAfterSeconds");
  }
});

describe("Retry-After", () => {
  test.each([
    ["0", 0],
    ["120", 120],
    [" 5 ", 5],
    ["86400", 86_400],
    ["86401", 86_400],
    ["999999999999999", 86_400],
    ["Thu, 01 Jan 2026 00:01:30 GMT", 90],
    ["Wed, 31 Dec 2025 23:00:00 GMT", 0],
    ["Fri, 01 Jan 2027 00:00:00 GMT", 86_400],
  ])("%p is %p seconds", (header, seconds) => {
    expect(readRetryAfter(header, now)).toBe(seconds);
  });

  test.each([
    "",
    "-1",
    "1.5",
    "1e3",
    "soon",
    "2026-01-01",
    "0x10",
    "9999999999999999",
    "Thu, 99 Foo 2026 00:00:00 GMT",
  ])("%p is none", (header) => {
    expect(readRetryAfter(header, now)).toBeNull();
  });

  test("a missing one is none", () => expect(readRetryAfter(null, now)).toBeNull());
});

test("an error's reason names a code, and nothing that the receiver or a program wrote", () => {
  expect(resultOfError(new OutboundError("unreachable", "ECONNREFUSED"))).toEqual({
    kind: "unavailable",
    reason: "The receiver cannot be reached (ECONNREFUSED).",
  });
  const strange = new OutboundError("unreachable", "<script>");
  expect(resultOfError(strange)).toMatchObject({ reason: "The receiver cannot be reached." });
  expect(resultOfError(new Error("secret"))).toEqual({
    kind: "failed",
    reason: "The request failed.",
  });
});

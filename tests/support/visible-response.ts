import type { Answer } from "./http-call.ts";

/**
 * All that a client sees of a response, as one text to compare: status, headers but for the date and the request's id, and
 * the body. `mask` hides what differs between any two bodies.
 */
export function visibleResponse(
  { status, headers, text }: Answer,
  mask: (body: string) => string = (body) => body,
): string {
  const compared = [...headers].filter(([name]) => name !== "date" && name !== "x-request-id");
  const lines = compared.map(([name, value]) => `${name}: ${value}`).toSorted();
  return JSON.stringify([status, lines, mask(text)]);
}

/** Hides the time of a response in its body. */
export function maskTimestamp(body: string): string {
  return body.replace(/"timestamp":"[^"]+"/, '"timestamp":"<now>"');
}

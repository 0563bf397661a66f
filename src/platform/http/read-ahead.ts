const bodies = new WeakMap<Request, Uint8Array<ArrayBuffer>>();

/**
 * Reads the body of a request before it is routed, where that is JSON of a told length within the limit. Null for any other,
 * of which nothing is read: its route says what is wrong with it.
 */
export function readAhead(
  request: Request,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> | null {
  const { headers } = request;
  if (headers.get("content-type") !== "application/json") return null;
  const length = headers.get("content-length");
  if (length === null || !/^\d+$/.test(length) || Number(length) > limitBytes) return null;
  return headers.has("content-encoding") ? null : request.bytes();
}

/** Keeps what was read ahead of a request that goes to its route, for `readBody`. */
export function keepReadAhead(request: Request, body: Uint8Array<ArrayBuffer>): void {
  bodies.set(request, body);
}

/** What was read ahead of a request's body. */
export function findReadAhead(request: Request): Uint8Array<ArrayBuffer> | undefined {
  return bodies.get(request);
}

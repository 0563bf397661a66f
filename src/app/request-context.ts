import { AppError } from "../kernel/errors.ts";
import type { Random } from "../kernel/random.ts";

const acceptableId = /^[A-Za-z0-9._-]{1,128}$/;

/** The request's id: the one it came with, if that is harmless (`X-Request-Id`), or a new one. */
export function readRequestId(request: Request, random: Random): string {
  const received = request.headers.get("x-request-id");
  return received !== null && acceptableId.test(received) ? received : random.token(96);
}

const hostForm = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * Refuses a `Host` that is no host, or several (RFC 9112 §3.2): nothing here believes it, but what stands before us may.
 * HTTP/1.0 has none. Throws `VALIDATION_ERROR`.
 */
export function assertOneHost(request: Request): void {
  const host = request.headers.get("host");
  if (host === null || (hostForm.test(host) && URL.canParse(request.url))) return;
  const issue = "Must be one host.";
  throw new AppError("VALIDATION_ERROR", "The Host header is not valid.", {
    faults: [{ field: "host", issue }],
  });
}

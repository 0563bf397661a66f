import type { Random } from "../kernel/random.ts";

const acceptableId = /^[A-Za-z0-9._-]{1,128}$/;

/** The request's id: the one it came with, if that is harmless (`X-Request-Id`), or a new one. */
export function readRequestId(request: Request, random: Random): string {
  const received = request.headers.get("x-request-id");
  return received !== null && acceptableId.test(received) ? received : random.token(96);
}

import { AppError } from "../../kernel/errors.ts";
import { describeError } from "../../platform/db/errors.ts";
import { failure } from "../../platform/http/envelope.ts";
import type { Platform } from "../../platform/platform.ts";
import { securityHeaders } from "./security-headers.ts";

/**
 * Answers what failed outside of every route and of the error mapper, where the server would otherwise show a page of its
 * own. The request is not known there: the answer's id is new.
 */
export function createLastResort({ settings, clock, random, log }: Platform) {
  return (error: unknown): Response => {
    const requestId = random.token(96);
    log.error({ request_id: requestId, ...describeError(error) }, "request failed");
    const internal = new AppError("INTERNAL_ERROR", "Something went wrong on our side.");
    return Response.json(failure(internal, clock.now()), {
      status: 500,
      headers: { ...securityHeaders(settings.publicUrl), "x-request-id": requestId },
    });
  };
}

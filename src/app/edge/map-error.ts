import type { TypeCheck } from "@sinclair/typebox/compiler";
import type { TSchema } from "@sinclair/typebox";
import { NotFoundError, ValidationError } from "elysia";

import { oauthFailure } from "../../features/oauth2/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import { AppError, findAppError } from "../../kernel/errors.ts";
import { describeError } from "../../platform/db/errors.ts";
import type { ResponseHeaders } from "../../platform/http/response-headers.ts";
import { failure } from "../../platform/http/envelope.ts";
import { errorStatus } from "../../platform/http/error-status.ts";
import type { RequestIds } from "../../platform/http/request-id.ts";
import { requestPath } from "../../platform/http/request-path.ts";
import type { Logger } from "../../platform/log/port.ts";
import { describeFaults } from "./validation-faults.ts";

/** The parts of an error hook's context that the mapper reads and writes. */
export interface FailedRequest {
  readonly error: unknown;
  readonly request: Request;
  readonly set: { status?: number | string; headers: ResponseHeaders };
}

/** What the mapper needs. `allowedMethods` gives those of a path, empty for an unknown path. */
export interface ErrorMapperOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly requestIds: RequestIds;
  readonly allowedMethods: (path: string) => readonly string[];
}

/**
 * The one place where errors become answers. An answer holds an error's code and public message, never what was received,
 * nor SQL, stack or cause; the log holds those, without parameters.
 */
export function createErrorMapper({ clock, log, requestIds, allowedMethods }: ErrorMapperOptions) {
  return ({ error, request, set }: FailedRequest): object => {
    const path = requestPath(request);
    const allowed = error instanceof NotFoundError ? allowedMethods(path) : [];
    const appError = toAppError(error, allowed.length > 0);
    if (appError.code === "INTERNAL_ERROR" || appError.code === "UNAVAILABLE") {
      const requestId = requestIds.of(request, set.headers);
      log.error({ request_id: requestId, path, ...describeFailure(error) }, "request failed");
    }
    const { status, body, challenge } = speaksOAuth(path)
      ? oauthFailure(appError)
      : {
          status: errorStatus[appError.code],
          body: failure(appError, clock.now()),
          challenge: challengeOf(appError),
        };
    set.status = status;
    set.headers["cache-control"] = "no-store";
    if (status === 401) set.headers["www-authenticate"] = challenge;
    if (appError.code === "METHOD_NOT_ALLOWED") set.headers["allow"] = allowed.join(", ");
    const { retryAfterSeconds } = appError.detail;
    if (retryAfterSeconds !== undefined) set.headers["retry-after"] = String(retryAfterSeconds);
    return body;
  };
}

function toAppError(error: unknown, isKnownPath: boolean): AppError {
  const known = findAppError(error);
  if (known) return known;
  if (error instanceof NotFoundError) {
    return isKnownPath
      ? new AppError("METHOD_NOT_ALLOWED", "This path does not take this method.")
      : new AppError("NOT_FOUND", "There is nothing at this path.");
  }
  if (error instanceof ValidationError && !isAboutAnswer(error)) {
    const faults = faultsOf(error);
    return new AppError("VALIDATION_ERROR", "The request is not valid.", { faults });
  }
  return new AppError("INTERNAL_ERROR", "Something went wrong on our side.", { cause: error });
}

/** What the log learns. The message of an answer that does not fit its schema would hold the answer, tokens and all. */
function describeFailure(error: unknown): Readonly<Record<string, unknown>> {
  return error instanceof ValidationError
    ? { error: "AnswerDoesNotFitItsSchema", faults: faultsOf(error) }
    : describeError(error);
}

/** An answer of ours that does not fit its own schema is our fault, not the caller's. */
function isAboutAnswer(error: ValidationError): boolean {
  return error.type === "response";
}

function faultsOf(error: ValidationError) {
  return describeFaults(error.type, asTypeCheck(error.validator), error.value);
}

function asTypeCheck(validator: unknown): TypeCheck<TSchema> {
  return validator as TypeCheck<TSchema>;
}

/** Where the answers are those of the RFCs, without our envelope. */
function speaksOAuth(path: string): boolean {
  return path.startsWith("/oauth/") || path.startsWith("/.well-known/");
}

/** What a 401 asks for (RFC 9110 §11.6.1, RFC 6750 §3). */
function challengeOf(error: AppError): string {
  const isTokenFault = error.code === "INVALID_TOKEN" || error.code === "EXPIRED_TOKEN";
  return isTokenFault ? 'Bearer error="invalid_token"' : "Bearer";
}

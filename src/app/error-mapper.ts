import type { TypeCheck } from "@sinclair/typebox/compiler";
import { type TSchema } from "@sinclair/typebox";
import { ParseError, ValidationError } from "elysia";

import { toOAuthError } from "../features/oauth2/index.ts";
import type { Clock } from "../kernel/clock.ts";
import { AppError, findAppError } from "../kernel/errors.ts";
import { describeError } from "../platform/db/errors.ts";
import { failure } from "../platform/http/envelope.ts";
import { errorStatus } from "../platform/http/error-status.ts";
import type { Logger } from "../platform/log/port.ts";
import { describeFaults } from "./validation-faults.ts";

/** The parts of an error hook's context that the mapper reads and writes. */
interface FailedRequest {
  readonly code: string | number;
  readonly error: unknown;
  readonly request: Request;
  readonly path: string;
  readonly set: { status?: number | string; headers: Record<string, string | number | undefined> };
}

/** What the mapper needs. `allowedMethods` gives those of a path, empty for an unknown path. */
export interface ErrorMapperOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly allowedMethods: (path: string) => readonly string[];
}

/**
 * The one place where errors become answers. An answer holds an error's code and public message, never what was received,
 * nor SQL, stack or cause; the log holds those, without parameters.
 */
export function createErrorMapper(options: ErrorMapperOptions) {
  return (failed: FailedRequest): object => {
    const appError = toAppError(failed, options.allowedMethods);
    const { set, path } = failed;
    if (appError.code === "INTERNAL_ERROR" || appError.code === "UNAVAILABLE") {
      options.log.error(
        { request_id: set.headers["x-request-id"], path, ...describeError(failed.error) },
        "request failed",
      );
    }
    set.headers["cache-control"] = "no-store";
    setErrorHeaders(set.headers, appError, options.allowedMethods(path));
    if (path.startsWith("/oauth/")) {
      const { error, message, status } = toOAuthError(
        failed.error instanceof Error && appError.code === "INTERNAL_ERROR" ? failed.error : appError,
      );
      set.status = status;
      return { error, error_description: message };
    }
    set.status = errorStatus[appError.code];
    return failure(appError, options.clock.now());
  };
}

function toAppError(failed: FailedRequest, allowedMethods: (path: string) => readonly string[]): AppError {
  const { error, code, path } = failed;
  const known = findAppError(error);
  if (known) return known;
  if (code === "NOT_FOUND") {
    return allowedMethods(path).length > 0
      ? new AppError("METHOD_NOT_ALLOWED", "This path does not take this method.")
      : new AppError("NOT_FOUND", "There is nothing at this path.");
  }
  if (error instanceof ValidationError) return validationError(error);
  if (error instanceof ParseError) {
    return new AppError("VALIDATION_ERROR", "The body could not be read.");
  }
  return new AppError("INTERNAL_ERROR", "Something went wrong on our side.", { cause: error });
}

/** An answer of ours that does not fit its own schema is our fault, not the caller's. */
function validationError(error: ValidationError): AppError {
  if (error.type === "response") {
    return new AppError("INTERNAL_ERROR", "Something went wrong on our side.", { cause: error });
  }
  const faults = describeFaults(error.type, asTypeCheck(error.validator), error.value);
  return new AppError("VALIDATION_ERROR", "The request is not valid.", { faults });
}

function asTypeCheck(validator: unknown): TypeCheck<TSchema> {
  return validator as TypeCheck<TSchema>;
}

function setErrorHeaders(
  headers: FailedRequest["set"]["headers"],
  error: AppError,
  allowedMethods: readonly string[],
): void {
  if (errorStatus[error.code] === 401) {
    const isTokenFault = error.code === "INVALID_TOKEN" || error.code === "EXPIRED_TOKEN";
    headers["www-authenticate"] = isTokenFault ? 'Bearer error="invalid_token"' : "Bearer";
  }
  if (error.detail.retryAfterSeconds !== undefined) {
    headers["retry-after"] = String(error.detail.retryAfterSeconds);
  }
  if (error.code === "METHOD_NOT_ALLOWED") headers["allow"] = allowedMethods.join(", ");
}

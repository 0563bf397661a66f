import type { TypeCheck } from "@sinclair/typebox/compiler";
import type { TSchema } from "@sinclair/typebox";
import { NotFoundError, ValidationError } from "elysia";

import { isOAuthPath, oauthFailure } from "../../features/oauth2/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import { AppError, findAppError } from "../../kernel/errors.ts";
import { describeError } from "../../platform/db/errors.ts";
import { failure } from "../../platform/http/envelope.ts";
import { errorStatus } from "../../platform/http/error-status.ts";
import { type Exchange, requestPath, type ResponseHeaders } from "../../platform/http/exchange.ts";
import { retryHeaders } from "../../platform/http/limit-headers.ts";
import { describeFaults } from "../../platform/http/validation-faults.ts";
import type { Logger } from "../../platform/log/port.ts";
import type { FindErrorPage } from "./error-pages.ts";
import type { RouteTable } from "./route-table.ts";

/** An error response. */
export interface Problem {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** JSON, the text of a page, or null for none in a response of a hot route alone. */
  readonly body: object | string | null;
}

/** Turns anything that was thrown into an error response. */
export type MapError = (exchange: Exchange, error: unknown) => Problem;

/** What the mapper needs. */
export interface ErrorMapperOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly table: Pick<RouteTable, "methodsOf">;
  readonly findErrorPage: FindErrorPage;
}

/**
 * The one place where errors become responses. A response holds an error's code and public message, never a received value,
 * SQL, a stack or a cause. The log describes internal errors, without SQL or parameters (`describeError`).
 */
export function createErrorMapper({
  clock,
  log,
  table,
  findErrorPage,
}: ErrorMapperOptions): MapError {
  return (exchange, error) => {
    const path = requestPath(exchange.request);
    const appError = toAppError(error, () => table.methodsOf(path).length > 0);
    if (appError.code === "INTERNAL_ERROR" || appError.code === "UNAVAILABLE") {
      log.error(
        { request_id: exchange.requestId, path, ...describeFailure(error) },
        "request failed",
      );
    }
    const { status, body, challenge } = isOAuthPath(path)
      ? oauthFailure(appError)
      : {
          status: errorStatus[appError.code],
          body: failure(appError, clock.now()),
          challenge: challengeOf(appError, errorStatus[appError.code]),
        };
    const headers: ResponseHeaders = { "cache-control": "no-store", ...retryHeaders(appError) };
    if (challenge !== null) headers["www-authenticate"] = challenge;
    if (appError.code === "METHOD_NOT_ALLOWED") {
      headers["allow"] = allowedMethods(exchange.request, table.methodsOf(path));
    }
    const { signIn } = appError.detail;
    if (signIn?.isRedirect === true) return redirectTo(signIn.address);
    if (signIn) headers["x-auth-redirect"] = signIn.address;
    const page = findErrorPage(exchange, status);
    if (page === null) return { status, headers, body };
    return { status, headers: { ...headers, ...page.headers }, body: page.html };
  };
}

/** Sends a browser that opens a page behind a proxy to the sign-in. */
function redirectTo(location: string): Problem {
  return { status: 302, headers: { "cache-control": "no-store", location }, body: null };
}

/** RFC 9110 §10.2.1. A route may refuse `HEAD`, which the table lists with every `GET`. */
function allowedMethods({ method }: Request, methods: readonly string[]): string {
  return methods.filter((each) => each !== method).join(", ");
}

function toAppError(error: unknown, isKnownPath: () => boolean): AppError {
  const known = findAppError(error);
  if (known) return known;
  if (error instanceof NotFoundError) {
    return isKnownPath()
      ? new AppError("METHOD_NOT_ALLOWED", "This path does not support this method.")
      : new AppError("NOT_FOUND", "No resource exists at this path.");
  }
  if (error instanceof ValidationError && !isAboutResponse(error)) {
    const faults = faultsOf(error);
    return new AppError("VALIDATION_ERROR", "The request is not valid.", { faults });
  }
  return new AppError("INTERNAL_ERROR", "An internal error occurred.", { cause: error });
}

/** The log fields of an error. The message of a response's `ValidationError` would contain the response, with its tokens. */
function describeFailure(error: unknown): Readonly<Record<string, unknown>> {
  return error instanceof ValidationError
    ? { error: "ResponseDoesNotMatchItsSchema", faults: faultsOf(error) }
    : describeError(error);
}

/** A response that does not match its own schema is an internal error, not the client's. */
function isAboutResponse(error: ValidationError): boolean {
  return error.type === "response";
}

function faultsOf(error: ValidationError) {
  return describeFaults(error.type, asTypeCheck(error.validator), error.value);
}

function asTypeCheck(validator: unknown): TypeCheck<TSchema> {
  return validator as TypeCheck<TSchema>;
}

/** The `WWW-Authenticate` of a 401 (RFC 9110 §11.6.1, RFC 6750 §3). */
function challengeOf(error: AppError, status: number): string | null {
  if (status !== 401) return null;
  const isTokenFault = error.code === "INVALID_TOKEN" || error.code === "EXPIRED_TOKEN";
  return isTokenFault ? 'Bearer error="invalid_token"' : "Bearer";
}

import { type Static, Type } from "@sinclair/typebox";

import { AppError, type ErrorCode } from "../../kernel/errors.ts";
import { errorStatus } from "../../platform/http/error-status.ts";

/** Whether the error responses of a path are those of RFC 6749 §5.2, without the envelope. */
export function isOAuthPath(path: string): boolean {
  return path.startsWith("/oauth/") || path.startsWith("/.well-known/");
}

/** The body of a failure at an OAuth 2.0 endpoint (RFC 6749 §5.2). */
export const oauthErrorSchema = Type.Object(
  {
    error: Type.String({ description: "Such as `invalid_grant`." }),
    error_description: Type.Optional(Type.String()),
  },
  { $id: "OAuthError", description: "An error response as RFC 6749 section 5.2 defines it." },
);

/** An error that only OAuth has, such as `unsupported_grant_type`; its status is that of `code`. */
export class OAuthError extends AppError {
  readonly error: string;

  constructor(error: string, description: string, code: ErrorCode = "VALIDATION_ERROR") {
    super(code, description);
    this.name = "OAuthError";
    this.error = error;
  }
}

/** The error for every client that did not authenticate, whatever the reason (RFC 6749 §5.2); status 401. */
export function invalidClient(): OAuthError {
  return new OAuthError(
    "invalid_client",
    "Authenticate with the client's id and secret.",
    "AUTHENTICATION_REQUIRED",
  );
}

/** The error codes that say that what was presented for a grant is not valid. */
const grantFaults: ReadonlySet<ErrorCode> = new Set([
  "INVALID_CREDENTIALS",
  "INVALID_TOKEN",
  "EXPIRED_TOKEN",
  "EMAIL_NOT_VERIFIED",
  "INVALID_EMAIL",
]);

/** The OAuth 2.0 error response to an error, in the terms of RFC 6749 §5.2. A 401 has `challenge`. */
export function oauthFailure(error: AppError): {
  status: number;
  body: Static<typeof oauthErrorSchema>;
  challenge: string;
} {
  const isGrantFault = grantFaults.has(error.code);
  const status = isGrantFault ? 400 : errorStatus[error.code];
  return {
    status,
    body: {
      error: isGrantFault ? "invalid_grant" : errorOf(error, status),
      error_description: describe(error),
    },
    challenge: 'Basic realm="oauth", charset="UTF-8"',
  };
}

function errorOf(error: AppError, status: number): string {
  if (error instanceof OAuthError) return error.error;
  if (status === 429 || status === 503) return "temporarily_unavailable";
  return status >= 500 ? "server_error" : "invalid_request";
}

function describe(error: AppError): string {
  const [fault] = error.detail.faults ?? [];
  return fault ? `${fault.field}: ${fault.issue}` : error.message;
}

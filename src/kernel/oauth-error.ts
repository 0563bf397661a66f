import { AppError, type ErrorCode } from "./errors.ts";

/** An error that only OAuth 2.0 has, such as `unsupported_grant_type` (RFC 6749 §5.2); its status is that of `code`. */
export class OAuthError extends AppError {
  readonly error: string;

  constructor(error: string, description: string, code: ErrorCode = "VALIDATION_ERROR") {
    super(code, description);
    this.name = "OAuthError";
    this.error = error;
  }
}

/** The error of a request with an access token that is not valid, or does not suffice (RFC 6750 §3.1). */
export class BearerError extends OAuthError {
  constructor(error: "invalid_token" | "insufficient_scope", description: string) {
    super(error, description, error === "invalid_token" ? "AUTHENTICATION_REQUIRED" : "FORBIDDEN");
    this.name = "BearerError";
  }
}

/** The error for every client that did not authenticate, whatever the reason (RFC 6749 §5.2); status 401. */
export function invalidClient(): OAuthError {
  return new OAuthError(
    "invalid_client",
    "Authenticate as the client, with the method that it is registered with.",
    "AUTHENTICATION_REQUIRED",
  );
}

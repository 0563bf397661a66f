import { Type } from "@sinclair/typebox";

import { AppError, type ErrorCode, findAppError } from "../../kernel/errors.ts";

/** The body of a failure at the token endpoint (RFC 6749 §5.2). */
export const oauthErrorSchema = Type.Object({
  error: Type.String({ description: "Such as `invalid_grant`." }),
  error_description: Type.Optional(Type.String()),
});

/** A failure at the token endpoint, with its status. */
export class OAuthError extends Error {
  readonly error: string;
  readonly status: 400 | 401 | 413 | 415 | 500 | 503;

  constructor(error: string, description: string, status: OAuthError["status"] = 400) {
    super(description);
    this.name = "OAuthError";
    this.error = error;
    this.status = status;
  }
}

/** What our own errors are in the words of RFC 6749 §5.2. */
const translations: Partial<Record<ErrorCode, readonly [string, OAuthError["status"]]>> = {
  INVALID_CREDENTIALS: ["invalid_grant", 400],
  INVALID_TOKEN: ["invalid_grant", 400],
  EXPIRED_TOKEN: ["invalid_grant", 400],
  EMAIL_NOT_VERIFIED: ["invalid_grant", 400],
  INVALID_EMAIL: ["invalid_grant", 400],
  VALIDATION_ERROR: ["invalid_request", 400],
  PAYLOAD_TOO_LARGE: ["invalid_request", 413],
  UNSUPPORTED_MEDIA_TYPE: ["invalid_request", 415],
  OVERLOADED: ["temporarily_unavailable", 503],
  UNAVAILABLE: ["temporarily_unavailable", 503],
};

/** Any error as the token endpoint answers it. What is not meant for the caller becomes `server_error`. */
export function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  const appError = findAppError(error);
  const translation = appError ? translations[appError.code] : undefined;
  if (!appError || !translation) {
    return new OAuthError("server_error", "Something went wrong on our side.", 500);
  }
  return new OAuthError(translation[0], describe(appError), translation[1]);
}

function describe(error: AppError): string {
  const [fault] = error.detail.faults ?? [];
  return fault ? `${fault.field}: ${fault.issue}` : error.message;
}

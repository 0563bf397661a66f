import { type Static, Type } from "@sinclair/typebox";

import { AppError, type ErrorCode } from "../../kernel/errors.ts";
import { errorStatus } from "../../platform/http/error-status.ts";

/** The body of a failure at the token endpoint (RFC 6749 §5.2). */
export const oauthErrorSchema = Type.Object({
  error: Type.String({ description: "Such as `invalid_grant`." }),
  error_description: Type.Optional(Type.String()),
});

/** A fault of a request that only OAuth has a word for, such as `unsupported_grant_type`; status 400. */
export class OAuthError extends AppError {
  readonly error: string;

  constructor(error: string, description: string) {
    super("VALIDATION_ERROR", description);
    this.name = "OAuthError";
    this.error = error;
  }
}

/** The errors of ours that say that what was presented for a grant is not good. */
const grantFaults: ReadonlySet<ErrorCode> = new Set([
  "INVALID_CREDENTIALS",
  "INVALID_TOKEN",
  "EXPIRED_TOKEN",
  "EMAIL_NOT_VERIFIED",
  "INVALID_EMAIL",
]);

/** An error as the OAuth 2.0 endpoints answer it: in the words of RFC 6749 §5.2. */
export function oauthFailure(error: AppError): {
  status: number;
  body: Static<typeof oauthErrorSchema>;
} {
  const isGrantFault = grantFaults.has(error.code);
  const status = isGrantFault ? 400 : errorStatus[error.code];
  return {
    status,
    body: {
      error: isGrantFault ? "invalid_grant" : wordFor(error, status),
      error_description: describe(error),
    },
  };
}

function wordFor(error: AppError, status: number): string {
  if (error instanceof OAuthError) return error.error;
  if (status === 503) return "temporarily_unavailable";
  return status >= 500 ? "server_error" : "invalid_request";
}

function describe(error: AppError): string {
  const [fault] = error.detail.faults ?? [];
  return fault ? `${fault.field}: ${fault.issue}` : error.message;
}

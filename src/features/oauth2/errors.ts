import { type Static, Type } from "@sinclair/typebox";

import type { AppError, ErrorCode } from "../../kernel/errors.ts";
import { BearerError, OAuthError } from "../../kernel/oauth-error.ts";
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
    mfa_token: Type.Optional(
      Type.String({ description: "With `mfa_required`: for `/api/v1/auth/2fa/verify`, once." }),
    ),
    methods: Type.Optional(
      Type.Array(Type.String(), {
        description: "With `mfa_required`: of `totp`, `recovery_code` and `passkey`.",
      }),
    ),
    expires_in: Type.Optional(
      Type.Integer({ description: "With `mfa_required`: seconds until `mfa_token` expires." }),
    ),
  },
  { $id: "OAuthError", description: "An error response as RFC 6749 section 5.2 defines it." },
);

/** The error codes that say that what was presented for a grant is not valid. */
const grantFaults: ReadonlySet<ErrorCode> = new Set([
  "INVALID_CREDENTIALS",
  "INVALID_TOKEN",
  "EXPIRED_TOKEN",
  "EMAIL_NOT_VERIFIED",
  "MFA_REQUIRED",
  "INVALID_EMAIL",
]);

/**
 * The OAuth 2.0 error response to an error, in the terms of RFC 6749 §5.2. A 401 has `challenge`, and so has every failure of an
 * access token (RFC 6750 §3).
 */
export function oauthFailure(error: AppError): {
  status: number;
  body: Static<typeof oauthErrorSchema>;
  challenge: string | null;
} {
  const isOfGrant = grantFaults.has(error.code) && !(error instanceof OAuthError);
  const status = isOfGrant ? 400 : errorStatus[error.code];
  return {
    status,
    body: {
      error: errorOf(error, status),
      error_description: describe(error),
      ...mfaOf(error),
    },
    challenge: challengeOf(error, status),
  };
}

function challengeOf(error: AppError, status: number): string | null {
  if (error instanceof BearerError) return `Bearer realm="oauth", error="${error.error}"`;
  if (status !== 401) return null;
  const isOfClient = error instanceof OAuthError;
  return isOfClient ? 'Basic realm="oauth", charset="UTF-8"' : 'Bearer realm="oauth"';
}

function errorOf(error: AppError, status: number): string {
  if (error instanceof OAuthError) return error.error;
  if (error.code === "MFA_REQUIRED") return "mfa_required";
  if (grantFaults.has(error.code)) return "invalid_grant";
  if (status === 429 || status === 503) return "temporarily_unavailable";
  return status >= 500 ? "server_error" : "invalid_request";
}

/** RFC 6749 §8.5: an error of an extension, with what a client needs to go on at `/api/v1/auth/2fa/verify`. */
function mfaOf({ detail: { mfa } }: AppError) {
  if (!mfa) return {};
  const { mfaToken, methods, expiresInSeconds } = mfa;
  return { mfa_token: mfaToken, methods: [...methods], expires_in: expiresInSeconds };
}

function describe(error: AppError): string {
  const [fault] = error.detail.faults ?? [];
  return fault ? `${fault.field}: ${fault.issue}` : error.message;
}

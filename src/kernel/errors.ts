/** Every code that `error.code` of an error response can hold. Only `platform/http` maps a code to its HTTP status. */
export type ErrorCode =
  | "VALIDATION_ERROR"
  | "DUPLICATE_EMAIL"
  | "DUPLICATE_USERNAME"
  | "PASSWORD_MISMATCH"
  | "WEAK_PASSWORD"
  | "INVALID_EMAIL"
  | "INVALID_CREDENTIALS"
  | "INVALID_TOKEN"
  | "EXPIRED_TOKEN"
  | "EMAIL_NOT_VERIFIED"
  | "MFA_REQUIRED"
  | "REGISTRATION_CLOSED"
  | "AUTHENTICATION_REQUIRED"
  | "INVALID_CODE"
  | "FORBIDDEN"
  | "REAUTHENTICATION_REQUIRED"
  | "NOT_FOUND"
  | "USER_NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "CONFLICT"
  | "PAYLOAD_TOO_LARGE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "RATE_LIMITED"
  | "OVERLOADED"
  | "UNAVAILABLE"
  | "INTERNAL_ERROR";

/** One fault of one received field. `issue` never repeats the received value. */
export interface FieldFault {
  readonly field: string;
  readonly issue: string;
}

/** A way to prove the second factor, as clients name it. */
export type MfaMethod = "totp" | "recovery_code" | "passkey";

/** What a client needs to finish a sign-in with the second factor. */
export interface MfaDemand {
  readonly mfaToken: string;
  readonly methods: readonly MfaMethod[];
  readonly expiresInSeconds: number;
}

/** What the caller is told about a failure beside its code, and what only the log holds. */
export interface ErrorDetail {
  readonly faults?: readonly FieldFault[];
  readonly retryAfterSeconds?: number;
  /** The limit that was exceeded. */
  readonly limit?: { readonly points: number; readonly windowSeconds: number };
  /** With `MFA_REQUIRED`. */
  readonly mfa?: MfaDemand;
  /** With a 401, for a browser that opens a page: where to sign in, and whether the response sends it there. */
  readonly signIn?: { readonly address: string; readonly isRedirect: boolean };
  /** For the log only. It must hold no secret. */
  readonly logDetail?: string;
  readonly cause?: unknown;
}

/** The only error that verbs throw: a code, a public message, and a detail. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = "AppError";
    this.code = code;
    this.detail = detail;
  }
}

/** The `AppError` in an error's chain of causes, or null. Drivers and query builders wrap errors. */
export function findAppError(error: unknown): AppError | null {
  let current = error;
  while (current instanceof Error) {
    if (current instanceof AppError) return current;
    current = current.cause;
  }
  return null;
}

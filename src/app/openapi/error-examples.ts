import { oauthFailure } from "../../features/oauth2/index.ts";
import { AppError, type ErrorCode, type MfaDemand } from "../../kernel/errors.ts";
import { invalidClient } from "../../kernel/oauth-error.ts";
import { errorStatus } from "../../platform/http/error-status.ts";
import { failure } from "../../platform/http/envelope.ts";
import { jsonCopy, sortedByKey, type JsonObject } from "./json.ts";

/** A message of each code. The product's messages of a code differ by operation. */
const messages: Readonly<Record<ErrorCode, string>> = {
  VALIDATION_ERROR: "The request is not valid.",
  DUPLICATE_EMAIL: "The e-mail address is already registered.",
  DUPLICATE_USERNAME: "The username is already taken.",
  PASSWORD_MISMATCH: "The confirmation differs from the password.",
  WEAK_PASSWORD: "The password is too weak.",
  INVALID_EMAIL: "This is not an e-mail address.",
  INVALID_CREDENTIALS: "The credentials are wrong.",
  INVALID_TOKEN: "The token is not valid.",
  EXPIRED_TOKEN: "The token has expired.",
  AUTHENTICATION_REQUIRED: "Send an access token.",
  INVALID_CODE: "The code is wrong or has expired.",
  EMAIL_NOT_VERIFIED: "The e-mail address is not verified.",
  MFA_REQUIRED: "The second factor is required.",
  REGISTRATION_CLOSED: "Registration is closed.",
  FORBIDDEN: "You may not do this.",
  REAUTHENTICATION_REQUIRED: "Sign in again, then repeat the request.",
  NOT_FOUND: "Not found.",
  USER_NOT_FOUND: "There is no such user.",
  METHOD_NOT_ALLOWED: "This path does not have this method.",
  CONFLICT: "The request conflicts with the current state.",
  PAYLOAD_TOO_LARGE: "The body is too large.",
  UNSUPPORTED_MEDIA_TYPE: "The body does not have the media type of this operation.",
  RATE_LIMITED: "Too many requests. Try again later.",
  INTERNAL_ERROR: "An internal error occurred.",
  OVERLOADED: "The service is overloaded. Try again later.",
  UNAVAILABLE: "The service is not available. Try again later.",
};

const demand: MfaDemand = {
  mfaToken: "YOUR_MFA_TOKEN",
  methods: ["totp", "recovery_code"],
  expiresInSeconds: 300,
};
const faultOfCode: Partial<Record<ErrorCode, { field: string; issue: string }>> = {
  VALIDATION_ERROR: { field: "email", issue: "Is required." },
  WEAK_PASSWORD: { field: "password", issue: "Must contain a digit." },
};
const time = new Date("2026-01-31T12:00:00Z");

/** Keeps the examples of errors that operations refer to. */
export interface ErrorExamples {
  /** References to the examples of these codes under `/api/v1`, by code. */
  ofCodes(codes: readonly ErrorCode[]): JsonObject;
  /** The same under `/oauth/`, by the `error` of RFC 6749 §5.2. */
  ofOAuth(codes: readonly ErrorCode[]): JsonObject;
  /** The same for an operation that authenticates a client. */
  ofClient(): JsonObject;
  /** Every example that was referred to, by name. */
  named(): JsonObject;
}

/** Examples as the product's own error mapper writes them. */
export function createErrorExamples(): ErrorExamples {
  const named = new Map<string, JsonObject>();

  function reference(name: string, value: object): JsonObject {
    named.set(name, { value: jsonCopy(value) });
    return { $ref: `#/components/examples/${name}` };
  }

  function ofOAuthError(name: string, error: AppError): [string, JsonObject] {
    const { body } = oauthFailure(error);
    return [body.error, reference(`oauth_${name}`, body)];
  }

  return {
    ofCodes: (codes) =>
      Object.fromEntries(
        codes.map((code) => [code, reference(code, failure(errorOf(code), time))] as const),
      ),
    ofOAuth: (codes) => Object.fromEntries(codes.map((code) => ofOAuthError(code, errorOf(code)))),
    ofClient: () => Object.fromEntries([ofOAuthError("invalid_client", invalidClient())]),
    named: () => sortedByKey(Object.fromEntries(named)),
  };
}

function errorOf(code: ErrorCode): AppError {
  const fault = faultOfCode[code];
  return new AppError(code, messages[code], {
    ...(code === "MFA_REQUIRED" ? { mfa: demand } : {}),
    ...(fault === undefined ? {} : { faults: [fault] }),
  });
}

/** The status at which an error of this code is sent. */
export function statusOfCode(code: ErrorCode, isOAuth: boolean): number {
  return isOAuth ? oauthFailure(errorOf(code)).status : errorStatus[code];
}

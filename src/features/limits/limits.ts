import type { Settings } from "../../platform/config/settings.ts";
import type { FailureLimit, Limit, WindowLimit } from "../../platform/limiter/port.ts";

const minute = 60;
const hour = 3600;

/**
 * Every limit on the number of actions, with points for a window of seconds. `by-address` counts by client address (IPv6 by /64),
 * `by-account` and `to-recipient` by canonical email address or username, whether an account exists or not. docs/limits.md
 * lists them for operators.
 */
export const limits = {
  /** Attempts with a password, right or wrong, from clients other than the account's known devices. */
  signInByAddress: perWindow("sign-in-by-address", 30, 5 * minute),
  /** Attempts with a password from one known device, right or wrong. */
  signInByDevice: perWindow("sign-in-by-device", 30, 5 * minute),
  /** Wrong passwords for an account; a sign-in deletes the count. A known device has a count of its own. */
  signInByAccount: perWindow("sign-in-by-account", 5, minute),
  registrationByAddress: perWindow("registration-by-address", 10, hour),
  /** Requests for mails that anyone may send: password reset, sign-in mail, verification mail. */
  mailByAddress: perWindow("mail-by-address", 30, hour),
  /** Six-digit codes from mails, right or wrong. Each code has its own limit as well (`OTP_MAX_ATTEMPTS`). */
  codeByAddress: perWindow("code-by-address", 30, 5 * minute),
  /** Starts, callbacks and ID tokens of social login: a sign-in through the browser takes two points. */
  socialLoginByAddress: perWindow("social-login-by-address", 60, 5 * minute),
  /** One-time codes of social login, right or wrong. */
  socialCodeByAddress: perWindow("social-code-by-address", 30, 5 * minute),
  /** Starts of a sign-in with a passkey, and passkeys that are sent: a sign-in takes two points. */
  passkeySignInByAddress: perWindow("passkey-sign-in-by-address", 60, 5 * minute),
  /** Starts of one user's registrations of passkeys. */
  passkeyByAccount: perWindow("passkey-by-account", 30, hour),
  /** A refresh far below the limit needs no statement of its own. */
  refreshBySession: perWindow("refresh-by-session", 150, 5 * minute, { unsharedPoints: 8 }),
  /** Pushed authorization requests of public clients, which anyone can send. */
  pushedRequestByAddress: perWindow("pushed-request-by-address", 60, 5 * minute),
  /** Long authorization requests that are kept for a sign-in. */
  keptRequestByAddress: perWindow("kept-request-by-address", 60, 5 * minute),
  /** Clients that register themselves. */
  clientRegistrationByAddress: perWindow("client-registration-by-address", 20, hour),
  /** Fetches of clients' metadata documents. */
  clientDocumentByAddress: perWindow("client-document-by-address", 30, 5 * minute),
  /** Requests of devices for a code. */
  deviceRequestByAddress: perWindow("device-request-by-address", 60, 5 * minute),
  /** User codes of devices that one user enters, right or wrong; a decision takes two points. */
  userCodeByAccount: perWindow("user-code-by-account", 20, 5 * minute),
  userCodeByAddress: perWindow("user-code-by-address", 60, 5 * minute),
  /** Wrong client secrets from one address, for whatever client id. */
  clientSecretsByAddress: perWindow("client-secrets-by-address", 30, 5 * minute),
  /** Wrong secrets for a client id from one address. */
  clientSecretByAddress: perWindow("client-secret-by-address-and-client", 10, minute),
  /** Requests of one user to change the email address: each sends a mail to an address that may be another person's. */
  emailChangeByAccount: perWindow("email-change-by-account", 5, hour),
  /** Downloads of one user's own data: each reads up to 50,000 rows. */
  ownDataByAccount: perWindow("own-data-by-account", 10, hour),
  /** Codes of an authenticator app of one user, right or wrong; a right one deletes the count. A known device has its own count. */
  secondFactorByAccount: perWindow("second-factor-by-account", 5, 5 * minute),
} as const;

const requestedPurposes = ["verify-email", "magic-link", "reset-password"] as const;
const mailPurposes = [...requestedPurposes, "change-email", "account-exists"] as const;

/** The limits on mails for one purpose to one recipient. */
export function recipientLimits(purpose: (typeof mailPurposes)[number]): readonly WindowLimit[] {
  return [
    perWindow(`${purpose}-to-recipient-per-minute`, 1, minute),
    perWindow(`${purpose}-to-recipient-per-hour`, 5, hour),
  ];
}

/** The limits on all mails that anyone may request for a recipient. */
export const requestedMailLimits = requestedPurposes.flatMap(recipientLimits);

/** The names of the limits on failures. */
const failureNames = {
  signIns: "failed-sign-ins-by-account",
  secondFactors: "failed-second-factors-by-account",
  recoveryCodes: "failed-recovery-codes-by-account-and-address",
} as const;

/** The name of every limit. */
export const limitNames: ReadonlySet<string> = new Set([
  ...[...Object.values(limits), ...mailPurposes.flatMap(recipientLimits)].map(({ name }) => name),
  ...Object.values(failureNames),
]);

/** Wrong passwords in a row for an account (NIST SP 800-63B §3.2.2: at most 100 in all). A known device has its own count. */
export function failedSignIns(settings: Settings): FailureLimit {
  return {
    kind: "failures",
    name: failureNames.signIns,
    points: settings.lockoutThreshold,
    windowSeconds: settings.lockoutWindowSeconds,
    totalPoints: 100,
  };
}

/**
 * The limits on codes of an authenticator app. They do not count wrong passwords, and the cap outlives every window. Recovery
 * codes are not counted here: wrong codes of the app must not keep the user from a recovery code.
 */
export function appCodeLimits(settings: Settings): readonly Limit[] {
  const failed = { ...failedSignIns(settings), name: failureNames.secondFactors };
  return [limits.secondFactorByAccount, failed];
}

/** Wrong recovery codes in a row for an account, from one address or one known device. A code has 80 bits: no count makes it safer. */
export function failedRecoveryCodes({ lockoutWindowSeconds }: Settings): FailureLimit {
  return {
    kind: "failures",
    name: failureNames.recoveryCodes,
    points: 100,
    windowSeconds: lockoutWindowSeconds,
    totalPoints: 1000,
  };
}

function perWindow(
  name: string,
  points: number,
  windowSeconds: number,
  { unsharedPoints = 0 } = {},
): WindowLimit {
  return { kind: "window", name, points, windowSeconds, unsharedPoints };
}

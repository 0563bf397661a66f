import ipaddr from "ipaddr.js";
import { parseDurationSeconds } from "../../kernel/duration.ts";
import { isLocalHost } from "./address-kinds.ts";
import { tokens } from "./groups/tokens.ts";
import type { Settings } from "./settings.ts";
import type { Reading } from "./read-settings.ts";
import type { SettingsProblem } from "./settings-error.ts";
import { isWeakSecret } from "./weak-secrets.ts";

/** Finds settings of a valid form that production refuses. Settings of an invalid form are reported elsewhere. */
export function findProductionProblems(reading: Reading): SettingsProblem[] {
  return [
    ...findMissing(reading),
    ...findWeakSecrets(reading.settings),
    ...findEqualSecrets(reading.settings),
    ...findUnencryptedAddresses(reading.settings),
    ...findLooseLimits(reading.settings),
    ...findIdleProtection(reading.settings),
  ];
}

/** The default asks for nothing: it is in the example of all settings. */
const defaultRotationSeconds = parseDurationSeconds(tokens.settings.JWT_KEY_ROTATION.default);

/** Finds settings whose protection is not in force because of another setting. */
function findIdleProtection({ jwtAlgorithm, jwtKeyRotationSeconds }: Settings): SettingsProblem[] {
  if (jwtAlgorithm !== "HS256" || jwtKeyRotationSeconds === defaultRotationSeconds) return [];
  const issue =
    "rotates no key with JWT_ALGORITHM=HS256: unset it, or choose EdDSA, ES256 or RS256";
  return [{ name: "JWT_KEY_ROTATION", issue }];
}

function findMissing({ settings, isGiven }: Reading): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  if (!isGiven("JWT_SECRET_KEY")) {
    problems.push({
      name: "JWT_SECRET_KEY",
      issue:
        "is required in production: 32 random bytes or more, such as the output of `openssl rand -base64 32`",
    });
  }
  if (!isGiven("PUBLIC_URL")) {
    problems.push({
      name: "PUBLIC_URL",
      issue: "is required in production: the https URL at which users reach this service",
    });
  }
  if (settings.mailTransport === "file") {
    problems.push({
      name: "MAIL_TRANSPORT",
      issue:
        "must not be file in production: set SMTP_SERVER and SMTP_FROM_EMAIL, or MAIL_TRANSPORT=none to send no mail",
    });
  }
  return problems;
}

function findWeakSecrets(settings: Settings): SettingsProblem[] {
  const secrets = {
    JWT_SECRET_KEY: settings.jwtSecretKey,
    JWT_SECRET_KEY_PREVIOUS: settings.jwtSecretKeyPrevious,
    ENCRYPTION_KEY: settings.encryptionKey,
    ENCRYPTION_KEY_PREVIOUS: settings.encryptionKeyPrevious,
    WEBHOOK_SECRET: settings.webhookSecret,
    METRICS_TOKEN: settings.metricsToken,
  };
  return Object.entries(secrets)
    .filter(([, secret]) => secret !== null && secret !== "" && isWeakSecret(secret))
    .map(([name]) => ({
      name,
      issue:
        "is an example or easy to guess, which production refuses: take the output of `openssl rand -base64 32`",
    }));
}

/** Finds secrets that are the same where they must differ: what another person knows of one, they know of the other. */
function findEqualSecrets(settings: Settings): SettingsProblem[] {
  const { jwtSecretKey, jwtSecretKeyPrevious, encryptionKey, encryptionKeyPrevious } = settings;
  const problems: SettingsProblem[] = [];
  if (encryptionKey === jwtSecretKey) {
    const issue = "must not be the same as JWT_SECRET_KEY: unset it, or take another secret";
    problems.push({ name: "ENCRYPTION_KEY", issue });
  }
  const issue = "must not be the same as the present secret: unset it, or set the one before";
  if (jwtSecretKeyPrevious === jwtSecretKey) {
    problems.push({ name: "JWT_SECRET_KEY_PREVIOUS", issue });
  }
  if (encryptionKeyPrevious === (encryptionKey ?? jwtSecretKey)) {
    problems.push({ name: "ENCRYPTION_KEY_PREVIOUS", issue });
  }
  return problems;
}

function findUnencryptedAddresses(settings: Settings): SettingsProblem[] {
  const addresses = {
    PUBLIC_URL: settings.publicUrl,
    APP_URL: settings.appUrl,
    LINK_VERIFY_EMAIL: settings.linkVerifyEmail,
    LINK_MAGIC_LINK: settings.linkMagicLink,
    LINK_RESET_PASSWORD: settings.linkResetPassword,
    LINK_CHANGE_EMAIL: settings.linkChangeEmail,
  };
  return Object.entries(addresses)
    .filter(([, address]) => address !== null && isUnencrypted(new URL(address)))
    .map(([name]) => ({
      name,
      issue: "must be https in production, unless its host is localhost, 127.0.0.1 or [::1]",
    }));
}

function isUnencrypted(url: URL): boolean {
  return url.protocol !== "https:" && !isLocalHost(url.hostname);
}

function findLooseLimits(settings: Settings): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  if (settings.bcryptCost < 10) {
    problems.push({ name: "BCRYPT_COST", issue: "must be 10 or more in production" });
  }
  if (settings.trustedProxies.some(isWiderThanPrivate)) {
    problems.push({
      name: "TRUSTED_PROXIES",
      issue:
        "must not hold a network wider than any private one in production: list the networks of your proxies",
    });
  }
  if (settings.refreshTokenGraceSeconds > 10) {
    problems.push({ name: "REFRESH_TOKEN_GRACE", issue: "must be 10s or less in production" });
  }
  if (settings.otpMaxAttempts > 5) {
    problems.push({ name: "OTP_MAX_ATTEMPTS", issue: "must be 5 or less in production" });
  }
  return problems;
}

/**
 * Whether a network is wider than the widest private ones, 10.0.0.0/8 and fc00::/7. Two halves of the internet would trust
 * as many clients as all of it. IPv4 addresses mapped into IPv6 (::ffff:0:0/96) count as IPv4.
 */
function isWiderThanPrivate(network: string): boolean {
  const [address, prefixLength] = ipaddr.parseCIDR(network);
  if (address instanceof ipaddr.IPv4) return prefixLength < 8;
  return prefixLength < (address.isIPv4MappedAddress() ? 104 : 7);
}

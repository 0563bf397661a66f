import { isLocalHost } from "./address-kinds.ts";
import { isConnectionVerified } from "./database-tls.ts";
import { findProductionProblems } from "./production-rules.ts";
import type { Reading } from "./read-settings.ts";
import type { Settings } from "./settings.ts";

/**
 * Warnings about the settings for the operator, one sentence each: outside production, everything that production would
 * refuse; in every environment, what is allowed but has a drawback.
 */
export function productionNotes(reading: Reading): string[] {
  const { settings, isGiven } = reading;
  const notes: string[] = [];
  if (settings.environment !== "production") {
    notes.push(
      `ENVIRONMENT is ${settings.environment}: production needs ENVIRONMENT=production`,
      ...findProductionProblems(reading).map(({ name, issue }) => `${name} ${issue}`),
    );
  }
  if (settings.databaseUrl === null) {
    notes.push("DATABASE_URL is unset: only one process can use the embedded database");
  }
  if (
    settings.environment === "production" &&
    settings.metricsEnabled &&
    settings.metricsToken === null
  ) {
    notes.push("METRICS_TOKEN is unset: /metrics is not served in production without it");
  }
  if (settings.mailTransport === "none") {
    const consequence = settings.requireEmailVerification
      ? ", so no user can verify an address and sign in"
      : "";
    notes.push(`MAIL_TRANSPORT is none: no mail is sent${consequence}`);
  }
  if (
    settings.smtpTls === "none" &&
    isGiven("SMTP_SERVER") &&
    !isLocalHost(settings.smtpServer ?? "")
  ) {
    notes.push("SMTP_TLS is none: mails, and the tokens in them, cross the network unencrypted");
  }
  return [...notes, ...weakenedProtection(settings)];
}

/** The longest life of access tokens that services outside should accept without asking whether their session has ended. */
const longestUnaskedSeconds = 3600;

/** What the settings allow although it weakens the protection of users. */
function weakenedProtection(settings: Settings): string[] {
  const notes: string[] = [];
  const { databaseUrl, databaseDirectUrl } = settings;
  for (const [name, url] of Object.entries({
    DATABASE_URL: databaseUrl,
    DATABASE_DIRECT_URL: databaseDirectUrl,
  })) {
    if (url === null || isConnectionVerified(url)) continue;
    notes.push(
      `${name} names another host without sslmode=verify-full: an attacker on the network in between can read and change what is sent`,
    );
  }
  if (settings.refreshTokenCookie && settings.allowedOrigins.some(isPlainHttp)) {
    notes.push(
      "ALLOWED_ORIGINS has an origin without https, with REFRESH_TOKEN_COOKIE=true: an attacker on a user's network can use their cookie",
    );
  }
  if (!settings.requireEmailVerification) {
    notes.push(
      "REQUIRE_EMAIL_VERIFICATION is false: users can sign in with an address that is not theirs",
    );
  }
  if (!settings.rateLimitsEnabled) {
    notes.push(
      "RATE_LIMITS_ENABLED is false: registrations, sign-ins, mails and codes are not limited",
    );
  }
  if (!settings.refreshTokenRotation) {
    notes.push(
      "REFRESH_TOKEN_ROTATION is false: the use of a stolen refresh token is not detected",
    );
  }
  if (
    settings.jwtAlgorithm !== "HS256" &&
    settings.jwtAccessTokenTtlSeconds > longestUnaskedSeconds
  ) {
    notes.push(
      "JWT_ACCESS_TOKEN_TTL is longer than 1h: services that verify tokens with the keys of /.well-known/jwks.json accept them for that long after a sign-out",
    );
  }
  return notes;
}

function isPlainHttp(origin: string): boolean {
  return origin.startsWith("http:");
}

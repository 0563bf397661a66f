import { isLocalHost } from "./address-kinds.ts";
import { isConnectionVerified } from "./database-tls.ts";
import { findProductionProblems } from "./production-rules.ts";
import { isPrivateHost } from "./providers/private-hosts.ts";
import type { Reading } from "./read-settings.ts";
import type { Settings } from "./settings.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** What the operator should know of a setting that is accepted, and what they can do. */
export interface SettingsNote extends SettingsProblem {
  readonly advice: string;
}

const configurationAdvice = "see docs/configuration.md";

/** Notes about the settings: outside production, all that production would refuse; in every environment, drawbacks. */
export function productionNotes(reading: Reading): SettingsNote[] {
  const { settings, isGiven } = reading;
  const notes: SettingsNote[] = [];
  if (settings.environment !== "production") {
    notes.push(
      {
        name: "ENVIRONMENT",
        issue: `is ${settings.environment}: production needs ENVIRONMENT=production`,
        advice: "set it where users sign in",
      },
      ...findProductionProblems(reading).map((problem) => ({
        ...problem,
        advice: configurationAdvice,
      })),
    );
  }
  if (settings.databaseUrl === null) {
    notes.push({
      name: "DATABASE_URL",
      issue: "is unset: only one process can use the embedded database",
      advice: "set it to run several replicas",
    });
  }
  if (
    settings.environment === "production" &&
    settings.metricsEnabled &&
    settings.metricsToken === null
  ) {
    notes.push({
      name: "METRICS_TOKEN",
      issue: "is unset: /metrics is not served in production without it",
      advice: "set it, or METRICS_ENABLED=false",
    });
  }
  if (settings.mailTransport === "none") {
    const consequence = settings.requireEmailVerification
      ? ", so no user can verify an address and sign in"
      : "";
    notes.push({
      name: "MAIL_TRANSPORT",
      issue: `is none: no mail is sent${consequence}`,
      advice: "set SMTP_SERVER and SMTP_FROM_EMAIL",
    });
  }
  if (
    settings.smtpTls === "none" &&
    isGiven("SMTP_SERVER") &&
    !isLocalHost(settings.smtpServer ?? "")
  ) {
    notes.push({
      name: "SMTP_TLS",
      issue: "is none: mails, and the tokens in them, cross the network unencrypted",
      advice: "set it to starttls or tls",
    });
  }
  return [...notes, ...weakenedProtection(settings)];
}

/** The longest life of access tokens that services outside should accept without asking whether their session has ended. */
const longestUnaskedSeconds = 3600;

/** What the settings allow although it weakens the protection of users. */
function weakenedProtection(settings: Settings): SettingsNote[] {
  const notes: SettingsNote[] = [];
  const { databaseUrl, databaseDirectUrl } = settings;
  for (const [name, url] of Object.entries({
    DATABASE_URL: databaseUrl,
    DATABASE_DIRECT_URL: databaseDirectUrl,
  })) {
    if (url === null || isConnectionVerified(url)) continue;
    notes.push({
      name,
      issue:
        "names another host without sslmode=verify-full: an attacker on the network in between can read and change what is sent",
      advice: "add sslmode=verify-full and the certificate authority of the server",
    });
  }
  if (settings.refreshTokenCookie && settings.allowedOrigins.some(isPlainHttp)) {
    notes.push({
      name: "ALLOWED_ORIGINS",
      issue:
        "has an origin without https, with REFRESH_TOKEN_COOKIE=true: an attacker on a user's network can use their cookie",
      advice: "list https origins only",
    });
  }
  if (!settings.requireEmailVerification) {
    notes.push({
      name: "REQUIRE_EMAIL_VERIFICATION",
      issue: "is false: users can sign in with an address that is not theirs",
      advice: "set it to true",
    });
  }
  if (!settings.rateLimitsEnabled) {
    notes.push({
      name: "RATE_LIMITS_ENABLED",
      issue: "is false: registrations, sign-ins, mails and codes are not limited",
      advice: "set it to true",
    });
  }
  if (!settings.refreshTokenRotation) {
    notes.push({
      name: "REFRESH_TOKEN_ROTATION",
      issue: "is false: the use of a stolen refresh token is not detected",
      advice: "set it to true",
    });
  }
  if (
    settings.jwtAlgorithm !== "HS256" &&
    settings.jwtAccessTokenTtlSeconds > longestUnaskedSeconds
  ) {
    notes.push({
      name: "JWT_ACCESS_TOKEN_TTL",
      issue:
        "is longer than 1h: services that verify tokens with the keys of /.well-known/jwks.json accept them for that long after a sign-out",
      advice: "set it to 15m, or have services ask POST /oauth/introspect",
    });
  }
  const { otelExporterOtlpEndpoint: collector } = settings;
  if (collector !== null && isPlainHttp(collector) && !isPrivateHost(new URL(collector).hostname)) {
    notes.push({
      name: "OTEL_EXPORTER_OTLP_ENDPOINT",
      issue: "is not https: traces, with client addresses, cross the network unencrypted",
      advice: "use https, or a collector in the same network",
    });
  }
  return notes;
}

function isPlainHttp(origin: string): boolean {
  return origin.startsWith("http:");
}

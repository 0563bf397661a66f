import type { Reading } from "./read-settings.ts";
import type { SettingName } from "./settings.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** Settings of which the first needs the second. */
const partners: readonly (readonly [SettingName, SettingName])[] = [
  ["SMTP_USERNAME", "SMTP_PASSWORD"],
  ["SMTP_PASSWORD", "SMTP_USERNAME"],
  ["EVENTS_KAFKA_USERNAME", "EVENTS_KAFKA_PASSWORD"],
  ["EVENTS_KAFKA_PASSWORD", "EVENTS_KAFKA_USERNAME"],
  ["WEBHOOK_URL", "WEBHOOK_SECRET"],
  ["DATABASE_DIRECT_URL", "DATABASE_URL"],
];

/** The setting of each destination that `AUDIT_STREAM` can name. */
const settingOfDestination = {
  nats: "EVENTS_NATS_URL",
  amqp: "EVENTS_AMQP_URL",
  redis: "EVENTS_REDIS_URL",
  kafka: "EVENTS_KAFKA_BROKERS",
  webhook: "WEBHOOK_URL",
} as const satisfies Readonly<Record<string, SettingName>>;

/** Finds settings that conflict with each other, in any environment. */
export function findCombinationProblems(reading: Reading): SettingsProblem[] {
  const { settings, isGiven } = reading;
  const problems: SettingsProblem[] = findMissingDestination(reading);
  const refuse = (name: string, issue: string): void => {
    problems.push({ name, issue });
  };

  if (settings.mailTransport === "smtp") {
    if (!isGiven("SMTP_SERVER")) refuse("SMTP_SERVER", "is required with MAIL_TRANSPORT=smtp");
    if (!isGiven("SMTP_FROM_EMAIL")) {
      refuse("SMTP_FROM_EMAIL", "is required to send mail by SMTP: it is the sender's address");
    }
  }
  for (const [name, needed] of partners) {
    if (isGiven(name) && !isGiven(needed)) refuse(needed, `is required with ${name}`);
  }
  if (settings.webhookUrl?.startsWith("http:") && !settings.webhookAllowPrivate) {
    refuse("WEBHOOK_URL", "must be https, unless WEBHOOK_ALLOW_PRIVATE=true");
  }
  if (settings.concealAccounts && !settings.requireEmailVerification) {
    refuse(
      "CONCEAL_ACCOUNTS",
      "cannot be true with REQUIRE_EMAIL_VERIFICATION=false, because a registration then signs in at once",
    );
  }
  if (settings.environment !== "test" && settings.bcryptCost < 10) {
    refuse("BCRYPT_COST", "must be 10 or more, except with ENVIRONMENT=test");
  }
  return [
    ...problems,
    ...findMissingToken(reading),
    ...findRelyingPartyProblems(reading),
    ...findCookieProblems(reading),
  ];
}

function findMissingToken({ settings, isGiven }: Reading): SettingsProblem[] {
  if (settings.clientRegistration !== "token" || isGiven("CLIENT_REGISTRATION_TOKEN")) return [];
  const issue = "is required with CLIENT_REGISTRATION=token";
  return [{ name: "CLIENT_REGISTRATION_TOKEN", issue }];
}

/** Passkeys would be of no use on any page. */
function findRelyingPartyProblems({
  settings,
  isGiven,
}: Pick<Reading, "settings" | "isGiven">): SettingsProblem[] {
  const { webauthnRpId: id, webauthnOrigins: origins } = settings;
  if (origins.some((origin) => isWithin(new URL(origin).hostname, id))) return [];
  const [name, other] = isGiven("WEBAUTHN_RP_ID")
    ? ["WEBAUTHN_RP_ID", "WEBAUTHN_ORIGINS"]
    : ["WEBAUTHN_ORIGINS", "WEBAUTHN_RP_ID"];
  return [{ name, issue: `does not match ${other}: one of the origins must be in the domain` }];
}

/** A browser refuses a cookie for a domain that the host of the response is not in (RFC 6265 §5.3). */
function findCookieProblems({ settings }: Reading): SettingsProblem[] {
  const { publicUrl, sessionCookieDomain: domain } = settings;
  if (domain === null || isWithin(new URL(publicUrl).hostname, domain)) return [];
  const issue = "must be the host of PUBLIC_URL or a domain above it";
  return [{ name: "SESSION_COOKIE_DOMAIN", issue }];
}

/** WebAuthn §5.1.3: a relying party id is the host of a page or a domain above it. */
function isWithin(hostName: string, domain: string): boolean {
  return hostName.replace(/^\[|\]$/g, "") === domain || hostName.endsWith(`.${domain}`);
}

function findMissingDestination({ settings, isGiven }: Reading): SettingsProblem[] {
  const { auditStream } = settings;
  if (auditStream === null) return [];
  const name = settingOfDestination[auditStream];
  return isGiven(name) ? [] : [{ name, issue: `is required with AUDIT_STREAM=${auditStream}` }];
}

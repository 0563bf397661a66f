import type { Reading } from "./read-settings.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** Finds settings that conflict with each other, in any environment. */
export function findCombinationProblems({ settings, isGiven }: Reading): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const refuse = (name: string, issue: string): void => {
    problems.push({ name, issue });
  };

  if (settings.mailTransport === "smtp") {
    if (!isGiven("SMTP_SERVER")) refuse("SMTP_SERVER", "is required with MAIL_TRANSPORT=smtp");
    if (!isGiven("SMTP_FROM_EMAIL")) {
      refuse("SMTP_FROM_EMAIL", "is required to send mail by SMTP: it is the sender's address");
    }
  }
  if (isGiven("SMTP_USERNAME") && !isGiven("SMTP_PASSWORD")) {
    refuse("SMTP_PASSWORD", "is required with SMTP_USERNAME");
  }
  if (isGiven("SMTP_PASSWORD") && !isGiven("SMTP_USERNAME")) {
    refuse("SMTP_USERNAME", "is required with SMTP_PASSWORD");
  }
  if (isGiven("EVENTS_KAFKA_USERNAME") !== isGiven("EVENTS_KAFKA_PASSWORD")) {
    const [missing, given] = isGiven("EVENTS_KAFKA_USERNAME")
      ? (["EVENTS_KAFKA_PASSWORD", "EVENTS_KAFKA_USERNAME"] as const)
      : (["EVENTS_KAFKA_USERNAME", "EVENTS_KAFKA_PASSWORD"] as const);
    refuse(missing, `is required with ${given}`);
  }
  if (isGiven("WEBHOOK_URL") && !isGiven("WEBHOOK_SECRET")) {
    refuse("WEBHOOK_SECRET", "is required with WEBHOOK_URL");
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
  return [...problems, ...findRelyingPartyProblems({ settings, isGiven })];
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

/** WebAuthn §5.1.3: a relying party id is the host of a page or a domain above it. */
function isWithin(hostName: string, domain: string): boolean {
  return hostName.replace(/^\[|\]$/g, "") === domain || hostName.endsWith(`.${domain}`);
}

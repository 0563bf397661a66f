import type { Reading } from "./read-settings.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** Finds settings that conflict with each other, in any environment. */
export function findCombinationProblems(reading: Reading): SettingsProblem[] {
  const { settings, isGiven } = reading;
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
  if (settings.concealAccounts && !settings.requireEmailVerification) {
    refuse(
      "CONCEAL_ACCOUNTS",
      "cannot be true with REQUIRE_EMAIL_VERIFICATION=false, because a registration then signs in at once",
    );
  }
  if (settings.environment !== "test" && settings.bcryptCost < 10) {
    refuse("BCRYPT_COST", "must be 10 or more, except with ENVIRONMENT=test");
  }
  return [...problems, ...findDestinationProblems(reading)];
}

function findDestinationProblems({ settings, isGiven }: Reading): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const refuse = (name: string, issue: string): void => {
    problems.push({ name, issue });
  };
  if (isGiven("EVENTS_KAFKA_USERNAME") !== isGiven("EVENTS_KAFKA_PASSWORD")) {
    const [missing, given] = isGiven("EVENTS_KAFKA_USERNAME")
      ? (["EVENTS_KAFKA_PASSWORD", "EVENTS_KAFKA_USERNAME"] as const)
      : (["EVENTS_KAFKA_USERNAME", "EVENTS_KAFKA_PASSWORD"] as const);
    refuse(missing, `is required with ${given}`);
  }
  if (isGiven("WEBHOOK_URL") && !isGiven("WEBHOOK_SECRET")) {
    refuse("WEBHOOK_SECRET", "is required with WEBHOOK_URL");
  }
  if (settings.webhookUrl?.startsWith("http:") && !settings.webhookAllowPrivate) {
    refuse("WEBHOOK_URL", "must be https, unless WEBHOOK_ALLOW_PRIVATE=true");
  }
  return problems;
}

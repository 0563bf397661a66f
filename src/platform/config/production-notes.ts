import { isLocalHost } from "./address-kinds.ts";
import { findProductionProblems } from "./production-rules.ts";
import type { Reading } from "./read-settings.ts";

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
  return notes;
}

import { styleText } from "node:util";

import { mailboxPath, mailDirectoryOf } from "../../features/pages/index.ts";
import { commit, version } from "../../kernel/version.ts";
import type { Settings } from "../../platform/config/settings.ts";

/**
 * The notice that is printed after the start: the addresses, the location of data and docs, and what is not safe in
 * production. It is one block of lines, styled on a terminal.
 */
export function describeStart(
  settings: Settings,
  url: string,
  warnings: readonly string[],
  setUpLink: string | null,
): string {
  const name = `Gatehouse ${version}${commit === null ? "" : ` (${commit})`}`;
  const lines = [
    "",
    `  ${style("bold", name)} is ready`,
    "",
    ...placesOf(settings, url).map(
      ([label, place]) => `  ${style("dim", label.padEnd(9))}${place}`,
    ),
    ...(setUpLink === null ? [] : ["", ...describeSetUp(setUpLink)]),
    "",
    `  ${style("yellow", "Not safe for production:")}`,
    ...warnings.map((warning) => `  ${style("yellow", "-")} ${warning}`),
    "",
    `  ${style("dim", '"gatehouse config" lists the settings. Ctrl-C stops the server.')}`,
    "",
  ];
  return `${lines.join("\n")}\n`;
}

/** The lines that tell anyone who started the server how to become its administrator. The link is a secret. */
export function describeSetUp(link: string): readonly string[] {
  return [`  ${style("bold", "Create the first administrator within 24 hours:")}`, `  ${link}`];
}

function placesOf(settings: Settings, url: string): readonly (readonly [string, string])[] {
  const { dataDir, databaseUrl, mailTransport } = settings;
  return [
    ["listens", isEveryAddress(settings.host) ? `${url} (and all other addresses)` : url],
    ["docs", settings.docsEnabled ? `${settings.publicUrl}/docs` : "off (DOCS_ENABLED)"],
    ["data", databaseUrl === null ? `${dataDir} (embedded Postgres)` : "Postgres of DATABASE_URL"],
    ["mail", placeOfMail(mailTransport, settings)],
  ];
}

function isEveryAddress(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function placeOfMail(transport: Settings["mailTransport"], settings: Settings): string {
  switch (transport) {
    case "file":
      return `${settings.publicUrl}${mailboxPath} (files in ${mailDirectoryOf(settings)})`;
    case "smtp":
      return `to ${settings.smtpServer}:${settings.smtpPort}`;
    case "none":
      return "off (MAIL_TRANSPORT=none)";
  }
}

/** The text without style when standard error is not a terminal, or NO_COLOR is set. */
function style(format: "bold" | "dim" | "yellow", text: string): string {
  return styleText(format, text, { stream: process.stderr });
}

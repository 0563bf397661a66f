import { createProviders } from "../../features/social-login/index.ts";
import type { ExaminedSettings } from "../../platform/config/load-settings.ts";
import { createPlatform, mailerSettings, type PlatformOverrides } from "../create-platform.ts";
import { startOrJoin } from "../../platform/db/embedded-shared.ts";
import { createLogger } from "../../platform/log/pino-logger.ts";
import type { Check, Installation, ResolveText } from "./check.ts";
import { breachedPasswordsCheck } from "./checks/breached-passwords.ts";
import { dataDirectoryCheck } from "./checks/data-directory.ts";
import { databaseCheck } from "./checks/database.ts";
import { brokersCheck, webhookCheck } from "./checks/destinations.ts";
import { mailServerCheck } from "./checks/mail-server.ts";
import { passwordHashingCheck } from "./checks/password-hashing.ts";
import { providersCheck } from "./checks/providers.ts";
import { publicAddressCheck } from "./checks/public-address.ts";
import { senderDomainCheck } from "./checks/sender-domain.ts";
import { serverCheck } from "./checks/server.ts";
import { settingsFindings } from "./checks/settings.ts";
import { tracesCheck } from "./checks/traces.ts";
import type { Finding } from "./finding.ts";
import { resolveWithDns } from "./resolve-text.ts";
import { runChecks } from "./run-checks.ts";

/** Every check but that of the settings, in the order of the report. */
const checks: readonly Check[] = [
  databaseCheck,
  dataDirectoryCheck,
  serverCheck,
  publicAddressCheck,
  mailServerCheck,
  senderDomainCheck,
  brokersCheck,
  webhookCheck,
  providersCheck,
  tracesCheck,
  passwordHashingCheck,
  breachedPasswordsCheck,
];

/** What tests replace. */
export interface ExamineOverrides extends PlatformOverrides {
  readonly resolveText?: ResolveText;
  /** Certificates (PEM) of the authorities that the mail server's certificate may be from. */
  readonly mailCertificates?: string;
  readonly providers?: Installation["providers"];
}

/** Examines an installation by its settings, whether or not they are valid. It changes nothing, and sends no mail or event. */
export async function examineInstallation(
  examined: ExaminedSettings,
  overrides: ExamineOverrides = {},
): Promise<readonly Finding[]> {
  const { settings, wrong } = examined;
  // The findings say what the log would say.
  const log = createLogger({ level: "silent", format: "json", service: settings.serviceName });
  const platform = createPlatform(settings, { log, startPostgres: startOrJoin, ...overrides });
  const mailer = mailerSettings(settings, log);
  const { mailCertificates: trustedCertificates } = overrides;
  const installation: Installation = {
    platform,
    providers: overrides.providers ?? createProviders(platform),
    smtp:
      mailer.transport === "smtp"
        ? { ...mailer, ...(trustedCertificates === undefined ? {} : { trustedCertificates }) }
        : null,
    resolveText: overrides.resolveText ?? resolveWithDns,
  };
  try {
    const found = await runChecks(checks, installation, wrong);
    return [...settingsFindings(examined), ...found];
  } finally {
    await platform.database.close();
  }
}

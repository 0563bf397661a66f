import { type ExamineOverrides, examineInstallation } from "../../src/app/doctor/examine.ts";
import type { Finding } from "../../src/app/doctor/finding.ts";
import { examineSettings } from "../../src/platform/config/load-settings.ts";
import { goodSecret } from "../config/load.ts";

/** The settings of a test installation that needs nothing outside of this process, but for its database. */
export const doctorSettings = {
  ENVIRONMENT: "test",
  PORT: "0",
  PUBLIC_URL: "http://localhost:1",
  JWT_SECRET_KEY: goodSecret,
  BCRYPT_COST: "4",
  MAIL_TRANSPORT: "none",
} as const;

/** What the doctor says of settings, by the names of the findings. */
export async function findingsOf(
  settings: Record<string, string | undefined>,
  overrides: ExamineOverrides = {},
): Promise<ReadonlyMap<string, Finding>> {
  const examined = examineSettings({ ...doctorSettings, ...settings }, { isTerminal: false });
  const findings = await examineInstallation(examined, { resolveText: noRecords, ...overrides });
  return new Map(findings.map((finding) => [finding.name, finding]));
}

/** DNS without any record. */
export function noRecords(): Promise<never> {
  return Promise.reject(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }));
}

/** DNS with these TXT records, by name. An empty list: the name exists, without such a record. */
export function dnsOf(records: Readonly<Record<string, readonly string[]>>) {
  return (name: string): Promise<readonly (readonly string[])[]> => {
    const texts = records[name];
    if (texts === undefined) return noRecords();
    return Promise.resolve(texts.map((text) => [text]));
  };
}

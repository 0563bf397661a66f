import type { ExaminedSettings } from "../../../platform/config/load-settings.ts";
import { fail, type Finding, ok, warn } from "../finding.ts";

/** What is to be said of the settings: each problem fails, each drawback is a warning. */
export function settingsFindings(examined: ExaminedSettings): readonly Finding[] {
  const { problems, notes, switchedOff } = examined;
  const findings = [
    ...problems.map(({ name, issue }) =>
      fail(
        name,
        issue,
        "the server does not start until it is corrected: see docs/configuration.md",
      ),
    ),
    ...switchedOff.map((fault) =>
      fail("social-login", fault, "correct these settings: see docs/social-login.md"),
    ),
    ...notes.map(({ name, issue, advice }) => warn(name, issue, advice)),
  ];
  return findings.length > 0 ? findings : [ok("settings", "valid, and fit for production")];
}

import { Command } from "commander";

import { examineInstallation } from "../doctor/examine.ts";
import { asJson, asText, countOutcomes } from "../doctor/report.ts";
import { examineCommandSettings } from "./command-setup.ts";
import { CommandError, exitCodes } from "./exit.ts";

const legend = `
Each line begins with ok, warn, fail or skip. Nothing is changed, and no mail or event is sent.
Exit codes: 0 nothing fails, 1 something fails, 2 a setting is not valid.`;

/** `gatehouse doctor`: examines the settings and what they name, and says what to do. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("examine the settings, the database, mail, DNS, brokers, providers and the disk")
    .option("--json", "print JSON")
    .addHelpText("after", legend)
    .action(async ({ json }: { json?: true }, command: Command) => {
      const examined = examineCommandSettings(command);
      const findings = await examineInstallation(examined);
      process.stdout.write(json ? asJson(findings) : asText(findings));
      const { fail } = countOutcomes(findings);
      if (fail === 0) return;
      const code = examined.problems.length > 0 ? exitCodes.usage : exitCodes.failed;
      throw new CommandError(fail === 1 ? "1 check fails" : `${fail} checks fail`, code);
    });
}

import { describeError } from "../../platform/db/errors.ts";
import type { Check, Installation } from "./check.ts";
import { fail, type Finding, skip } from "./finding.ts";

/**
 * Runs all checks at the same time, each within its time limit, and returns their findings in the order of the checks. `wrong`
 * are the settings that are not valid.
 */
export async function runChecks(
  checks: readonly Check[],
  installation: Installation,
  wrong: ReadonlySet<string>,
): Promise<readonly Finding[]> {
  const findings = await Promise.all(checks.map((check) => runCheck(check, installation, wrong)));
  return findings.flat();
}

async function runCheck(
  check: Check,
  installation: Installation,
  wrong: ReadonlySet<string>,
): Promise<readonly Finding[]> {
  const { name, needs, timeoutSeconds } = check;
  const missing = needs.find((setting) => wrong.has(setting));
  if (missing !== undefined) return [skip(name, `not checked, because ${missing} is not valid`)];
  const late = Promise.withResolvers<readonly Finding[]>();
  const timer = setTimeout(() => {
    const advice = "see whether the network or the machine is overloaded, and try again";
    late.resolve([fail(name, `no result within ${timeoutSeconds} s`, advice)]);
  }, timeoutSeconds * 1000);
  try {
    return await Promise.race([check.run(installation), late.promise]);
  } catch (error) {
    return [fail(name, `the check itself failed (${nameOf(error)})`, "report it as a bug")];
  } finally {
    clearTimeout(timer);
  }
}

/** The kind of an error alone: its message may repeat an address or a statement. */
function nameOf(error: unknown): string {
  const { error: kind } = describeError(error);
  return typeof kind === "string" ? kind : "unknown error";
}

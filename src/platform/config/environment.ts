import { givenNodeEnvironment } from "./production-mode.ts";
import { readEnvFile } from "./env-file.ts";
import type { Environment } from "./read-given.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** The environment, the names whose values come from an env file, and what is wrong with that file. */
export interface GivenEnvironment {
  readonly environment: Environment;
  readonly fromEnvFile: ReadonlySet<string>;
  readonly envFileProblems: readonly SettingsProblem[];
}

/**
 * Reads the environment of this process, and adds the `NAME=value` lines of a file. If both have a name, the value of the
 * process is used. Throws `SettingsError` when the file cannot be read.
 */
export function readEnvironment(envFile?: string): GivenEnvironment {
  const file = envFile === undefined ? null : readEnvFile(envFile);
  const own = ownEnvironment();
  const names = Object.keys(file?.environment ?? {}).filter((name) => own[name] === undefined);
  return {
    environment: { ...file?.environment, ...own },
    fromEnvFile: new Set(names),
    envFileProblems: file?.problems ?? [],
  };
}

/** The environment as it was given: NODE_ENV was changed for the libraries. */
function ownEnvironment(): Environment {
  const { NODE_ENV: _changed, ...others } = process.env;
  return typeof givenNodeEnvironment === "string"
    ? { ...others, NODE_ENV: givenNodeEnvironment }
    : others;
}

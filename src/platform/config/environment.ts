import "./production-mode.ts";
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { type Environment, errorCode } from "./read-given.ts";
import { SettingsError } from "./settings-error.ts";

/** The environment, and the names whose values come from an env file. */
export interface GivenEnvironment {
  readonly environment: Environment;
  readonly fromEnvFile: ReadonlySet<string>;
}

/**
 * Reads the environment of this process, and adds the `NAME=value` lines of a file. If both have a name, the value of the
 * process is used. Throws `SettingsError` when the file cannot be read.
 */
export function readEnvironment(envFile?: string): GivenEnvironment {
  const fromFile = envFile === undefined ? {} : readEnvFile(envFile);
  const names = Object.keys(fromFile).filter((name) => process.env[name] === undefined);
  return { environment: { ...fromFile, ...process.env }, fromEnvFile: new Set(names) };
}

function readEnvFile(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    throw new SettingsError([
      { name: "--env-file", issue: `names a file that cannot be read (${errorCode(error)})` },
    ]);
  }
}

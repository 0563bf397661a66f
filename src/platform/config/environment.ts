import "./production-mode.ts";
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { type Environment, errorCode } from "./read-given.ts";
import { SettingsError } from "./settings-error.ts";

/**
 * The environment of this process, and under it what a file of `NAME=value` lines says: where both name something, the
 * process wins. Throws `SettingsError` when the file cannot be read.
 */
export function readEnvironment(envFile?: string): Environment {
  const fromFile = envFile === undefined ? {} : readEnvFile(envFile);
  return { ...fromFile, ...process.env };
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

import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

import { type Environment, errorCode } from "./read-given.ts";
import { SettingsError, type SettingsProblem } from "./settings-error.ts";
import { findForeignIssue } from "./foreign-names.ts";
import { findGuess, isSettingName } from "./unknown-names.ts";

/** What an env file sets, and its lines that set nothing of ours. */
export interface EnvFile {
  readonly environment: Environment;
  readonly problems: readonly SettingsProblem[];
}

/** Why a name of other services has no counterpart here. */
const explanations: ReadonlyMap<string, string> = new Map([
  ["DEBUG", "remove it; LOG_LEVEL=debug logs more"],
  ["SERVICE_VERSION", "remove it; the version is that of the program"],
  [
    "DATABASE_MAX_OVERFLOW",
    "remove it; DATABASE_POOL_SIZE is the most connections that are opened",
  ],
  ["NODE_ENV", "set ENVIRONMENT instead, as development, production or test"],
]);

/** `docker-compose.yml` reads it from the same file. */
const namesOfCompose = new Set(["POSTGRES_PASSWORD"]);

/** A line of the form NAME=value. `rest` is the value as it is written. */
const assignment = /^\s*(?:export\s+)?(?<name>[A-Za-z_]\w*)\s*=\s*(?<rest>.*)$/;

/** A name may be part of a secret that was broken over lines, so only one of the usual form is repeated. */
const usualName = /^(?=.{1,50}$)[A-Z]+(?:_[A-Z0-9]+)*$/;

/**
 * Reads a file of `NAME=value` lines. Every line that is not one, and every name that is no setting, is a problem. Throws
 * `SettingsError` when the file cannot be read.
 */
export function readEnvFile(path: string): EnvFile {
  const text = readText(path);
  return { environment: parseEnv(text), problems: findProblems(text) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new SettingsError([
      { name: "--env-file", issue: `names a file that cannot be read (${errorCode(error)})` },
    ]);
  }
}

function findProblems(text: string): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (/^\s*(?:#|$)/.test(line)) continue;
    const { name, rest = "" } = assignment.exec(line)?.groups ?? {};
    if (name === undefined) {
      problems.push(ofLine(index, "is not of the form NAME=value"));
      continue;
    }
    const end = endOfValue(lines, index, rest);
    if (end === null) problems.push(ofLine(index, "has a quotation mark that is not closed"));
    const problem = problemOfName(name, index);
    if (problem) problems.push(problem);
    index = end ?? index;
  }
  return problems;
}

/** The index of the last line of a value, which may be in quotation marks over several lines; null without the closing one. */
function endOfValue(lines: readonly string[], start: number, rest: string): number | null {
  const mark = /^["'`]/.exec(rest)?.[0];
  if (mark === undefined) return start;
  for (let index = start; index < lines.length; index += 1) {
    const text = index === start ? rest.slice(1) : (lines[index] ?? "");
    const closing = text.indexOf(mark);
    if (closing !== -1) return /^\s*(?:#.*)?$/.test(text.slice(closing + 1)) ? index : null;
  }
  return null;
}

function problemOfName(name: string, index: number): SettingsProblem | null {
  if (isSettingName(name) || namesOfCompose.has(name)) return null;
  const issue = findForeignIssue(name, {});
  if (issue !== null) return { name, issue };
  const guess = findGuess(name);
  if (guess !== null) return { name, issue: `is not a setting; did you mean ${guess}?` };
  if (!usualName.test(name)) return ofLine(index, "sets a name that is not a setting");
  const explanation = explanations.get(name) ?? "remove it";
  return { name, issue: `is not a setting (line ${index + 1} of the env file): ${explanation}` };
}

function ofLine(index: number, issue: string): SettingsProblem {
  return { name: "--env-file", issue: `line ${index + 1} ${issue}` };
}

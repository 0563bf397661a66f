import { findCombinationProblems } from "./combination-rules.ts";
import type { Settings } from "./settings.ts";
import { keepDevelopmentSecret } from "./development-secret.ts";
import { productionNotes } from "./production-notes.ts";
import { findProductionProblems, findPromisedProtection } from "./production-rules.ts";
import type { Environment } from "./read-given.ts";
import { type Reading, readSettings } from "./read-settings.ts";
import { SettingsError, type SettingsProblem } from "./settings-error.ts";
import { findLaterNames, findUnknownNames } from "./unknown-names.ts";

/** What loading the settings needs from outside. */
export interface LoadOptions {
  /** Whether the output is read by a person: logs are then pretty by default. */
  readonly isTerminal: boolean;
  /** 32 random bytes or more as text, asked for when a development installation has no signing secret yet. */
  readonly generateSecret: () => string;
}

/** Settings that may be used, and what an operator should know about them, one sentence each. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/**
 * Reads and judges all settings. Throws `SettingsError` with every problem at once; no message holds a value. Writes
 * nothing but the development secret, and that only when there is no problem.
 */
export function loadSettings(environment: Environment, options: LoadOptions): LoadedSettings {
  const { settings, warnings } = judgeSettings(environment, options.isTerminal);
  return { settings: withSecret(settings, options.generateSecret), warnings };
}

/** The same without making a development secret, for those who need none: `jwtSecretKey` is then empty. Writes nothing. */
export function judgeSettings(environment: Environment, isTerminal: boolean): LoadedSettings {
  const reading = readSettings(environment, isTerminal);
  const problems = [
    ...findUnknownNames(environment),
    ...reading.problems,
    ...findRuleProblems(reading),
    ...(reading.settings.environment === "production" ? findPromisedProtection(environment) : []),
  ];
  if (problems.length > 0) throw new SettingsError(problems);

  const later = findLaterNames(environment).map((name) => `${name} has no effect in this version`);
  return { settings: reading.settings, warnings: [...productionNotes(reading), ...later] };
}

function findRuleProblems(reading: Reading): SettingsProblem[] {
  const production =
    reading.settings.environment === "production" ? findProductionProblems(reading) : [];
  const first = new Map<string, SettingsProblem>();
  for (const problem of [...production, ...findCombinationProblems(reading)]) {
    if (!reading.wrong.has(problem.name) && !first.has(problem.name))
      first.set(problem.name, problem);
  }
  return [...first.values()];
}

function withSecret(settings: Settings, generateSecret: () => string): Settings {
  if (settings.jwtSecretKey !== "") return settings;
  return { ...settings, jwtSecretKey: keepDevelopmentSecret(settings.dataDir, generateSecret) };
}

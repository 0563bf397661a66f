import { findCombinationProblems } from "./combination-rules.ts";
import type { Settings } from "./settings.ts";
import { keepDevelopmentSecret } from "./development-secret.ts";
import { productionNotes, type SettingsNote } from "./production-notes.ts";
import { findProductionProblems } from "./production-rules.ts";
import type { Environment } from "./read-given.ts";
import { type Reading, readSettings } from "./read-settings.ts";
import { SettingsError, type SettingsProblem } from "./settings-error.ts";
import { findUnknownNames } from "./unknown-names.ts";

/** The dependencies of loading the settings. */
export interface LoadOptions {
  /** Whether standard output is a terminal. Logs are then pretty by default. */
  readonly isTerminal: boolean;
  /** Generates 32 random bytes or more, encoded, when a development installation has no signing secret yet. */
  readonly generateSecret: () => string;
  /** What is wrong with the env file from which a part of the environment comes. */
  readonly envFileProblems?: readonly SettingsProblem[];
}

/** Valid settings, and for the operator, one sentence each: warnings, and what is off because its settings are faulty. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
  readonly switchedOff: readonly string[];
}

/**
 * Reads and validates all settings. Throws `SettingsError` with all problems; no message holds a value. It writes only the
 * development secret, and only when there is no problem.
 */
export function loadSettings(environment: Environment, options: LoadOptions): LoadedSettings {
  const { settings, ...notes } = validateSettings(environment, options);
  return { settings: withSecret(settings, options.generateSecret), ...notes };
}

/** The same without generating a development secret: `jwtSecretKey` may then be empty. It writes nothing. */
export function validateSettings(
  environment: Environment,
  options: Omit<LoadOptions, "generateSecret">,
): LoadedSettings {
  const { settings, problems, notes, switchedOff } = examineSettings(environment, options);
  if (problems.length > 0) throw new SettingsError(problems);
  return { settings, warnings: notes.map(({ name, issue }) => `${name} ${issue}`), switchedOff };
}

/** Settings with all that is to be said of them. A setting of `wrong` has its default, or is empty. */
export interface ExaminedSettings {
  readonly settings: Settings;
  readonly problems: readonly SettingsProblem[];
  readonly wrong: ReadonlySet<string>;
  readonly notes: readonly SettingsNote[];
  readonly switchedOff: readonly string[];
}

/** Reads the settings whether or not they are valid, for a report. It writes nothing. */
export function examineSettings(
  environment: Environment,
  { isTerminal, envFileProblems = [] }: Omit<LoadOptions, "generateSecret">,
): ExaminedSettings {
  const reading = readSettings(environment, isTerminal);
  const { settings, wrong, providerWarnings: switchedOff } = reading;
  const reported = new Set(envFileProblems.map(({ name }) => name));
  const problems = [
    ...envFileProblems,
    ...findUnknownNames(environment).filter(({ name }) => !reported.has(name)),
    ...reading.problems,
    ...findRuleProblems(reading),
  ];
  // A setting that is wrong has its default here, of which nothing is to be said.
  const notes = productionNotes(reading).filter(({ name }) => !wrong.has(name));
  return { settings, problems, wrong, notes, switchedOff };
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

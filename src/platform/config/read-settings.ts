import { type ProviderReading, readProviders } from "./providers/read-providers.ts";
import { type SettingName, type Settings, settingsByName } from "./settings.ts";
import { type Environment, findSource } from "./read-given.ts";
import { readSet } from "./read-one.ts";
import { type Setting, settingKey } from "./setting.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** All settings after reading. A setting that is invalid or not generated yet holds a default or empty value. */
export interface Reading {
  readonly settings: Settings;
  /** Whether a setting was set, validly or not. Otherwise its value is the default. */
  readonly isGiven: (name: SettingName) => boolean;
  readonly problems: readonly SettingsProblem[];
  /** The settings that are invalid themselves. Rules must not use their values. */
  readonly wrong: ReadonlySet<string>;
  /** One sentence for each provider of social login that is off because of its settings. */
  readonly providerWarnings: ProviderReading["warnings"];
}

/** Reads each setting: its value, form, bounds and default. Rules between settings are checked later. */
export function readSettings(environment: Environment, isTerminal: boolean): Reading {
  const values = new Map<string, unknown>();
  const problems: SettingsProblem[] = [];
  const wrong = new Set<string>();

  const refuse = (name: string, problem: SettingsProblem): void => {
    problems.push(problem);
    wrong.add(name);
  };

  const readDefault = (setting: Setting): unknown => {
    if (setting.default === null) return null;
    if (typeof setting.default === "string") return setting.kind.read(setting.default);
    if (setting.default.from === null) return "";
    return setting.kind.read(setting.default.from({ isTerminal, textOf }));
  };

  const read = (name: string, setting: Setting): unknown => {
    if (findSource(name, setting, environment) === null) return readDefault(setting);
    const { value, problem } = readSet(name, setting, environment);
    if (problem === null) return value;
    refuse(name, problem);
    return readDefault(setting);
  };

  const valueOf = (name: string, setting: Setting): unknown => {
    if (!values.has(name)) values.set(name, read(name, setting));
    return values.get(name);
  };

  const textOf = (name: string): string | null => {
    const setting = settingsByName.get(name);
    if (setting === undefined) throw new Error(`a default reads ${name}, which is not a setting`);
    const value = valueOf(name, setting);
    return value === null ? null : setting.kind.show(value);
  };

  const byKey = new Map<string, unknown>();
  for (const [name, setting] of settingsByName) {
    byKey.set(settingKey(name, setting), valueOf(name, setting));
  }
  const { providers, warnings } = readProviders(environment);
  byKey.set("providers", providers);
  return {
    settings: asSettings(byKey),
    isGiven: (name) => {
      const setting = settingsByName.get(name);
      return setting !== undefined && findSource(name, setting, environment) !== null;
    },
    problems,
    wrong,
    providerWarnings: warnings,
  };
}

/** The cast from the values read to the type inferred from the schemas. Each value was checked against its own schema. */
function asSettings(values: ReadonlyMap<string, unknown>): Settings {
  return Object.fromEntries(values) as Settings;
}

import { settingsByName } from "./definitions.ts";
import type { Settings } from "./settings.ts";
import { type Environment, findSource, type GivenSource } from "./read-given.ts";
import { type Setting, settingKey } from "./setting.ts";

/** One setting for people: secrets are `[set]`, what is unset is `[unset]`. */
export interface DescribedSetting {
  readonly name: string;
  readonly value: string;
  /** `file` is the one that `NAME_FILE` names; `made` is the secret of a development installation. */
  readonly source: GivenSource | "default" | "env file" | "made";
}

/**
 * The settings in effect and where each comes from, in the order of the documentation, with no secret in them.
 * `fromEnvFile` has the names that the environment holds from an env file.
 */
export function describeSettings(
  settings: Settings,
  environment: Environment,
  fromEnvFile: ReadonlySet<string> = new Set(),
): DescribedSetting[] {
  const values = new Map<string, unknown>(Object.entries(settings));
  const sourceOf = (name: string, setting: Setting): DescribedSetting["source"] => {
    const source = findSource(name, setting, environment) ?? defaultSource(setting);
    return source === "environment" && fromEnvFile.has(name) ? "env file" : source;
  };
  return [...settingsByName].map(([name, setting]) => ({
    name,
    value: showValue(setting, values.get(settingKey(name, setting))),
    source: sourceOf(name, setting),
  }));
}

function showValue(setting: Setting, value: unknown): string {
  if (value === null) return "[unset]";
  return setting.secret === true ? "[set]" : setting.kind.show(value);
}

function defaultSource(setting: Setting): "default" | "made" {
  const isMade = typeof setting.default === "object" && setting.default?.from === null;
  return isMade ? "made" : "default";
}

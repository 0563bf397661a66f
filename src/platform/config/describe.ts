import { settingsByName } from "./definitions.ts";
import type { Settings } from "./settings.ts";
import { type Environment, findSource } from "./read-given.ts";
import { type Setting, settingKey } from "./setting.ts";

/** One setting for people: secrets are `[set]`, what is unset is `[unset]`. */
export interface DescribedSetting {
  readonly name: string;
  readonly value: string;
  /** `made` is the secret of a development installation. */
  readonly source: "default" | "environment" | "file" | "made";
}

/** The settings in effect and where each comes from, in the order of the documentation, with no secret in them. */
export function describeSettings(settings: Settings, environment: Environment): DescribedSetting[] {
  const values = new Map<string, unknown>(Object.entries(settings));
  return [...settingsByName].map(([name, setting]) => ({
    name,
    value: showValue(setting, values.get(settingKey(name, setting))),
    source: findSource(name, setting, environment) ?? defaultSource(setting),
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

import { providerSettingsIn } from "./providers/candidates.ts";
import { type Settings, settingsByName } from "./settings.ts";
import { type Environment, findSource, type GivenSource } from "./read-given.ts";
import { readOne } from "./read-one.ts";
import { type Setting, settingKey } from "./setting.ts";

/** One setting for display. A secret is shown as `[set]`, an unset setting as `[unset]`. */
export interface DescribedSetting {
  readonly name: string;
  readonly value: string;
  /** `file` is the file of `NAME_FILE`; `generated` is the secret of a development installation. */
  readonly source: GivenSource | "default" | "env file" | "generated";
}

/**
 * The settings in effect and the source of each, in the order of the documentation, without secrets.
 * `fromEnvFile` has the names whose values come from an env file.
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
  const ordinary = [...settingsByName].map(([name, setting]) => ({
    name,
    value: showValue(setting, values.get(settingKey(name, setting))),
    source: sourceOf(name, setting),
  }));
  const ofProviders = [...providerSettingsIn(environment)].map(([name, setting]) => ({
    name,
    value: showProviderValue(name, setting, environment),
    source: sourceOf(name, setting),
  }));
  return [...ordinary, ...ofProviders];
}

function showValue(setting: Setting, value: unknown): string {
  if (value === null) return "[unset]";
  return setting.secret === true ? "[set]" : setting.kind.show(value);
}

/** A wrong setting of a provider does not stop the start, so it may be shown. Its value is not. */
function showProviderValue(name: string, setting: Setting, environment: Environment): string {
  const { value, problem } = readOne(name, setting, environment);
  return problem === null ? showValue(setting, value) : "[invalid]";
}

function defaultSource(setting: Setting): "default" | "generated" {
  const isGenerated = typeof setting.default === "object" && setting.default?.from === null;
  return isGenerated ? "generated" : "default";
}

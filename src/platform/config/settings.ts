import type { Definitions } from "./definitions.ts";
import type { SettingKey, SettingValue } from "./setting.ts";

/** The name of a setting in the environment. */
export type SettingName = keyof Definitions;

/** All settings, parsed. Keys are camel case and end in the unit: `jwtAccessTokenTtlSeconds`, `bodyLimitBytes`. */
export type Settings = {
  readonly [Name in SettingName as SettingKey<Name, Definitions[Name]>]: SettingValue<
    Definitions[Name]
  >;
};

import { accounts } from "./groups/accounts.ts";
import { audit } from "./groups/audit.ts";
import { clients } from "./groups/clients.ts";
import { brand } from "./groups/brand.ts";
import { database } from "./groups/database.ts";
import { events } from "./groups/events.ts";
import { http } from "./groups/http.ts";
import { installation } from "./groups/installation.ts";
import { limits } from "./groups/limits.ts";
import { mail } from "./groups/mail.ts";
import { passkeys } from "./groups/passkeys.ts";
import { passwords } from "./groups/passwords.ts";
import { socialLogin } from "./groups/social-login.ts";
import { tokens } from "./groups/tokens.ts";
import { tracing } from "./groups/tracing.ts";
import { verification } from "./groups/verification.ts";
import { documentedProviderSettings } from "./providers/candidates.ts";
import type { ProviderSettings } from "./providers/provider-settings.ts";
import type { Setting, SettingGroup, SettingKey, SettingValue } from "./setting.ts";

/** The groups of settings, in the order of the documentation. */
export const settingGroups: readonly SettingGroup[] = [
  installation,
  brand,
  database,
  tokens,
  clients,
  accounts,
  passwords,
  passkeys,
  limits,
  verification,
  mail,
  http,
  events,
  audit,
  tracing,
  { ...socialLogin, settings: { ...socialLogin.settings, ...documentedProviderSettings } },
];

const definitions = {
  ...installation.settings,
  ...brand.settings,
  ...database.settings,
  ...tokens.settings,
  ...clients.settings,
  ...accounts.settings,
  ...passwords.settings,
  ...passkeys.settings,
  ...limits.settings,
  ...verification.settings,
  ...mail.settings,
  ...http.settings,
  ...events.settings,
  ...audit.settings,
  ...tracing.settings,
  ...socialLogin.settings,
};

/** Every setting by its name, except those of providers of social login. A new setting needs only an entry in its group. */
export const settingsByName: ReadonlyMap<string, Setting> = new Map(
  Object.entries<Setting>(definitions),
);

/** The name of a setting in the environment. */
export type SettingName = keyof typeof definitions;

/** All settings, parsed. Keys are in camel case and end in the unit: `jwtAccessTokenTtlSeconds`, `bodyLimitBytes`. */
export type Settings = {
  readonly [Name in SettingName as SettingKey<Name, (typeof definitions)[Name]>]: SettingValue<
    (typeof definitions)[Name]
  >;
} & {
  /** The providers of social login that are on, the built-in ones first. */
  readonly providers: readonly ProviderSettings[];
};

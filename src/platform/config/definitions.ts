import { audit } from "./groups/audit.ts";
import { database } from "./groups/database.ts";
import { events } from "./groups/events.ts";
import { http } from "./groups/http.ts";
import { installation } from "./groups/installation.ts";
import { mail } from "./groups/mail.ts";
import { passwords } from "./groups/passwords.ts";
import { tokens } from "./groups/tokens.ts";
import { verification } from "./groups/verification.ts";
import type { Setting, SettingGroup } from "./setting.ts";

/** The groups of settings, in the order in which they are documented. */
export const settingGroups: readonly SettingGroup[] = [
  installation,
  database,
  tokens,
  passwords,
  verification,
  mail,
  http,
  events,
  audit,
];

const definitions = {
  ...installation.settings,
  ...database.settings,
  ...tokens.settings,
  ...passwords.settings,
  ...verification.settings,
  ...mail.settings,
  ...http.settings,
  ...events.settings,
  ...audit.settings,
};

/** The definitions by name, as a type. */
export type Definitions = typeof definitions;

/** Every setting, by its name. Adding one takes an entry in its group, and nothing else. */
export const settingsByName: ReadonlyMap<string, Setting> = new Map(
  Object.entries<Setting>(definitions),
);

import type { Static, TSchema } from "@sinclair/typebox";

/** How the value of a setting is read: its form, the TypeBox schema, and the suffix of its key in `Settings`. */
export interface Kind<Schema extends TSchema = TSchema, Suffix extends string = string> {
  readonly schema: Schema;
  /** The unit at the end of the key, such as `Seconds`, or an empty string. */
  readonly suffix: Suffix;
  /** Completes the sentence "must be …", in messages and in the documentation. */
  readonly expected: string;
  /** Converts the string to the value, or to a value that the schema refuses. */
  readonly read: (text: string) => unknown;
  /** What is wrong with a string that cannot be converted, in place of "must be …", and without the string; null for that text. */
  readonly explain?: (text: string) => string | null;
  /** The value as a string for display, without any secret in it. */
  show(value: Static<Schema>): string;
}

/** What a computed default may depend on. */
export interface DefaultSources {
  readonly isTerminal: boolean;
  /** The value of another setting as `show` formats it, or null when it is unset. */
  readonly textOf: (name: string) => string | null;
}

/** A default that is computed. `from` is null when the value is generated after all settings were validated. */
export interface ComputedDefault {
  readonly describedAs: string;
  readonly from: ((sources: DefaultSources) => string) | null;
}

/** One setting. `default` is a string in the setting's form, null for "unset" (the value is then null), or computed. */
export interface Setting {
  readonly kind: Kind;
  readonly default: string | null | ComputedDefault;
  /** One or two sentences for the documentation. */
  readonly description: string;
  /** A value that is accepted. It is omitted where the default is one. */
  readonly example?: string;
  /** The value is never shown, not even in part. */
  readonly secret?: true;
  /** An empty string is a value, not the same as unset. */
  readonly mayBeEmpty?: true;
}

/** A group of related settings, by their names in the environment. */
export interface SettingGroup {
  readonly title: string;
  readonly introduction: string;
  readonly settings: Readonly<Record<string, Setting>>;
}

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>;

/** The key in `Settings` of a setting: JWT_ACCESS_TOKEN_TTL, a duration, is `jwtAccessTokenTtlSeconds`. */
export type SettingKey<Name extends string, Of extends Setting> =
  Of["kind"] extends Kind<TSchema, infer Suffix> ? `${CamelCase<Name>}${Suffix}` : never;

type Frozen<Value> = Value extends (infer Element)[] ? readonly Element[] : Value;

/** The type of a setting's value: that of its schema, or null where it may be unset. */
export type SettingValue<Of extends Setting> =
  | (Of["kind"] extends Kind<infer Schema> ? Frozen<Static<Schema>> : never)
  | (Of["default"] extends null ? null : never);

/** The key in `Settings` of a setting, at run time. */
export function settingKey(name: string, setting: Setting): string {
  const [first = "", ...rest] = name.toLowerCase().split("_");
  const capitalized = rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return [first, ...capitalized, setting.kind.suffix].join("");
}

/** A setting's default in Markdown: the value as code, or how it is computed. */
export function describeDefault(setting: Setting): string {
  if (setting.default === null) return "unset";
  if (typeof setting.default !== "string") return setting.default.describedAs;
  return setting.default === "" ? "empty" : `\`${setting.default}\``;
}

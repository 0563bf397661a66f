import type { Static, TSchema } from "@sinclair/typebox";

/** How a setting's text is read: its form, the TypeBox schema of its value, and what its key in `Settings` ends with. */
export interface Kind<Schema extends TSchema = TSchema, Suffix extends string = string> {
  readonly schema: Schema;
  /** The unit that ends the key, such as `Seconds`; empty where there is none. */
  readonly suffix: Suffix;
  /** Completes the sentence "must be …", in messages and in the documentation. */
  readonly expected: string;
  /** The value of a text, or anything that the schema refuses. */
  readonly read: (text: string) => unknown;
  /** The value as a text for people, without any secret that it may hold. */
  show(value: Static<Schema>): string;
}

/** What a computed default may look at. */
export interface DefaultSources {
  readonly isTerminal: boolean;
  /** The value of another setting as `show` puts it, null where it is unset. */
  readonly textOf: (name: string) => string | null;
}

/** A default that depends on something. `from` is null where the value is made once the rest is known to be right. */
export interface ComputedDefault {
  readonly describedAs: string;
  readonly from: ((sources: DefaultSources) => string) | null;
}

/** One setting. `default` is a text in the setting's own form, null for "unset" (the value is then null), or computed. */
export interface Setting {
  readonly kind: Kind;
  readonly default: string | null | ComputedDefault;
  /** One or two sentences for the documentation. */
  readonly description: string;
  /** A text that would be accepted; where it is left out, the default is one. */
  readonly example?: string;
  /** Never shown, not even in part. */
  readonly secret?: true;
  /** An empty text is a value of its own, not the same as unset. */
  readonly mayBeEmpty?: true;
}

/** Settings that belong together, under their names in the environment. */
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

/** The type of a setting's value: its schema's, or null where it may stay unset. */
export type SettingValue<Of extends Setting> =
  | (Of["kind"] extends Kind<infer Schema> ? Frozen<Static<Schema>> : never)
  | (Of["default"] extends null ? null : never);

/** The key in `Settings` of a setting, at run time. */
export function settingKey(name: string, setting: Setting): string {
  const [first = "", ...rest] = name.toLowerCase().split("_");
  const capitalized = rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return [first, ...capitalized, setting.kind.suffix].join("");
}

/** A setting's default in Markdown: its text as code, or how it is computed. */
export function describeDefault(setting: Setting): string {
  if (setting.default === null) return "unset";
  if (typeof setting.default !== "string") return setting.default.describedAs;
  return setting.default === "" ? "empty" : `\`${setting.default}\``;
}

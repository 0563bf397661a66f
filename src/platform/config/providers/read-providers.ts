import { Value } from "@sinclair/typebox/value";

import { type Environment, findSource, readGiven } from "../read-given.ts";
import { type Setting, settingKey } from "../setting.ts";
import type { SettingsProblem } from "../settings-error.ts";
import { builtInProviders, oidcProvider, type ProviderDefinition } from "./definitions.ts";
import { findOidcNames } from "./oidc-names.ts";
import { isPrivateHost } from "./private-hosts.ts";
import type { ProviderSettings } from "./provider-settings.ts";

/** The providers that are on, and a warning for each that is off because of its settings. */
export interface ProviderReading {
  readonly providers: readonly ProviderSettings[];
  /** One sentence for each provider that is off, with the names of settings and no value. */
  readonly warnings: readonly string[];
}

/** One provider before its settings are read. */
interface Candidate {
  readonly kind: string;
  readonly name: string;
  readonly prefix: string;
  readonly definition: ProviderDefinition;
}

/** The path segments of built-in providers and of other operations under `/auth/oauth`. */
const takenNames: ReadonlySet<string> = new Set([
  ...Object.keys(builtInProviders),
  "providers",
  "exchange",
]);

const longestName = 32;

/** Reads the settings of all providers. A provider whose settings are wrong is off. It never stops the start. */
export function readProviders(environment: Environment): ProviderReading {
  const providers: ProviderSettings[] = [];
  const warnings: string[] = [];
  for (const candidate of findCandidates(environment)) {
    const problems: SettingsProblem[] = [];
    const provider = readProvider(candidate, environment, problems);
    if (problems.length === 0) providers.push(provider);
    else warnings.push(describeProblems(candidate.name, problems));
  }
  return { providers, warnings };
}

/** All settings of providers by name: those of the built-in providers, and of the issuers that the environment names. */
export function providerSettingsIn(environment: Environment): ReadonlyMap<string, Setting> {
  return new Map(
    candidatesIn(environment).flatMap(({ prefix, definition }) => namedSettings(prefix, definition)),
  );
}

/** The settings of providers as the documentation shows them, with `<NAME>` for the name of an issuer. */
export const documentedProviderSettings: Readonly<Record<string, Setting>> = Object.fromEntries([
  ...providerSettingsIn({}),
  ...namedSettings("OIDC_<NAME>", oidcProvider),
]);

function candidatesIn(environment: Environment): Candidate[] {
  const builtIn = Object.entries<ProviderDefinition>(builtInProviders).map(
    ([name, definition]) => ({ kind: name, name, prefix: name.toUpperCase(), definition }),
  );
  const issuers = findOidcNames(environment).map((name) => ({
    kind: "oidc",
    name: name.toLowerCase().replaceAll("_", "-"),
    prefix: `OIDC_${name}`,
    definition: oidcProvider,
  }));
  return [...builtIn, ...issuers];
}

/** The providers of which a setting is set. */
function findCandidates(environment: Environment): Candidate[] {
  return candidatesIn(environment).filter(({ prefix, definition }) =>
    namedSettings(prefix, definition).some(
      ([name, setting]) => findSource(name, setting, environment) !== null,
    ),
  );
}

function namedSettings(prefix: string, definition: ProviderDefinition): [string, Setting][] {
  return Object.entries(definition).map(([name, setting]) => [`${prefix}_${name}`, setting]);
}

function readProvider(
  { kind, name, prefix, definition }: Candidate,
  environment: Environment,
  problems: SettingsProblem[],
): ProviderSettings {
  if (kind === "oidc") problems.push(...findNameProblems(name, prefix));
  const values = new Map<string, unknown>();
  for (const [suffix, setting] of Object.entries(definition)) {
    const value = readProviderSetting(`${prefix}_${suffix}`, setting, environment);
    if (value.problem !== null) problems.push(value.problem);
    else if (value.value === null && setting.required === true) {
      problems.push({ name: `${prefix}_${suffix}`, issue: "is missing" });
    }
    values.set(settingKey(suffix, setting), value.value);
  }
  const address = values.get("issuer") ?? values.get("url");
  if (typeof address === "string") {
    const url = new URL(address);
    const allowPrivate = values.get("allowPrivate") === true;
    const isPrivate = isPrivateHost(url.hostname);
    values.set("allowPrivate", allowPrivate);
    values.set("privateHost", isPrivate ? url.host : null);
    if (url.protocol === "http:" && !isPrivate && !allowPrivate) {
      problems.push({ name: `${prefix}_${kind === "oidc" ? "ISSUER" : "URL"}`, issue: "must be https" });
    }
  }
  return asProviderSettings({ kind, name, ...Object.fromEntries(values) });
}

/** The value of one setting of a provider: null when it is unset, and the problem with it if there is one. */
export function readProviderSetting(
  name: string,
  setting: Setting,
  environment: Environment,
): { readonly value: unknown; readonly problem: SettingsProblem | null } {
  const isGiven = findSource(name, setting, environment) !== null;
  const given = isGiven ? readGiven(name, setting, environment) : setting.default;
  if (given === null) return { value: null, problem: null };
  if (typeof given !== "string") {
    if ("issue" in given) return { value: null, problem: given };
    throw new Error(`the default of ${name}, a setting of a provider, is computed`);
  }
  const value = setting.kind.read(given);
  return Value.Check(setting.kind.schema, value)
    ? { value, problem: null }
    : { value: null, problem: { name, issue: `must be ${setting.kind.expected}` } };
}

function findNameProblems(name: string, prefix: string): SettingsProblem[] {
  if (takenNames.has(name)) {
    return [{ name: `${prefix}_ISSUER`, issue: `needs another name, as ${name} is taken` }];
  }
  if (name.length <= longestName) return [];
  return [{ name: `${prefix}_ISSUER`, issue: `needs a name of at most ${longestName} characters` }];
}

function describeProblems(provider: string, problems: readonly SettingsProblem[]): string {
  const issues = problems.map(({ name, issue }) => `${name} ${issue}`).join("; ");
  return `${issues}: social login with ${provider} is off`;
}

/** The cast from the values read to the types inferred from the definitions. Each value was checked against its own schema. */
function asProviderSettings(values: Readonly<Record<string, unknown>>): ProviderSettings {
  return values as unknown as ProviderSettings;
}

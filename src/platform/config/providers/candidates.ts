import { type Environment, findSource } from "../read-given.ts";
import type { Setting } from "../setting.ts";
import { builtInProviders, oidcProvider, type ProviderDefinition } from "./definitions.ts";
import { findOidcNames } from "./oidc-names.ts";

/** A provider whose settings are not read yet. */
export interface Candidate {
  readonly kind: string;
  readonly name: string;
  /** The beginning of the names of its settings, without the `_` after it. */
  readonly prefix: string;
  readonly definition: ProviderDefinition;
}

/** The providers of which a setting is set: the built-in ones first, then the issuers, sorted by name. */
export function findCandidates(environment: Environment): Candidate[] {
  return candidatesIn(environment).filter(({ prefix, definition }) =>
    namedSettings(prefix, definition).some(
      ([name, setting]) => findSource(name, setting, environment) !== null,
    ),
  );
}

/** All settings of providers by name: those of the built-in providers, and of the issuers that the environment names. */
export function providerSettingsIn(environment: Environment): ReadonlyMap<string, Setting> {
  return new Map(
    candidatesIn(environment).flatMap(({ prefix, definition }) =>
      namedSettings(prefix, definition),
    ),
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

function namedSettings(prefix: string, definition: ProviderDefinition): [string, Setting][] {
  return Object.entries(definition).map(([suffix, setting]) => [`${prefix}_${suffix}`, setting]);
}

import type { Environment } from "../read-given.ts";
import { readOne } from "../read-one.ts";
import { settingKey } from "../setting.ts";
import type { SettingsProblem } from "../settings-error.ts";
import { type Candidate, findCandidates } from "./candidates.ts";
import { builtInProviders } from "./definitions.ts";
import { isPrivateHost } from "./private-hosts.ts";
import type { PrivateHosts, ProviderSettings } from "./provider-settings.ts";

/** The providers that are on, and a warning for each that is off because of its settings. */
export interface ProviderReading {
  readonly providers: readonly ProviderSettings[];
  /** One sentence for each provider that is off, with the names of settings and no value. */
  readonly warnings: readonly string[];
}

/** Reads the settings of all providers. A provider whose settings are wrong is off. It never stops the start. */
export function readProviders(environment: Environment): ProviderReading {
  const providers: ProviderSettings[] = [];
  const warnings: string[] = [];
  for (const candidate of findCandidates(environment)) {
    const { values, problems } = readValues(candidate, environment);
    problems.push(...findNameProblems(candidate), ...findAddressProblems(candidate, values));
    if (problems.length > 0) warnings.push(describeProblems(candidate, problems));
    else providers.push(asProviderSettings(describeProvider(candidate, values)));
  }
  return { providers, warnings };
}

type Values = ReadonlyMap<string, unknown>;

function readValues(
  { prefix, definition }: Candidate,
  environment: Environment,
): { readonly values: Values; readonly problems: SettingsProblem[] } {
  const values = new Map<string, unknown>();
  const problems: SettingsProblem[] = [];
  for (const [suffix, setting] of Object.entries(definition)) {
    const name = `${prefix}_${suffix}`;
    const { value, problem } = readOne(name, setting, environment);
    if (problem !== null) problems.push(problem);
    else if (value === null && setting.required === true) {
      problems.push({ name, issue: "is missing" });
    }
    values.set(settingKey(suffix, setting), value);
  }
  return { values, problems };
}

/** The path segments of built-in providers and of other operations under `/auth/oauth`. */
const takenNames: ReadonlySet<string> = new Set([
  ...Object.keys(builtInProviders),
  "providers",
  "exchange",
]);

const longestName = 32;

function findNameProblems({ kind, name, prefix }: Candidate): SettingsProblem[] {
  if (kind !== "oidc") return [];
  if (takenNames.has(name)) {
    return [{ name: `${prefix}_ISSUER`, issue: "needs another name, because this one is taken" }];
  }
  if (name.length <= longestName) return [];
  return [{ name: `${prefix}_ISSUER`, issue: `needs a name of at most ${longestName} characters` }];
}

function findAddressProblems({ prefix, kind }: Candidate, values: Values): SettingsProblem[] {
  const address = addressIn(values);
  if (address?.protocol !== "http:") return [];
  const { allowPrivate, privateHost } = privateHostsOf(address, values);
  if (allowPrivate || privateHost !== null) return [];
  return [{ name: `${prefix}_${kind === "oidc" ? "ISSUER" : "URL"}`, issue: "must be https" }];
}

/** The address of a provider that the operator chose. The other providers have fixed ones. */
function addressIn(values: Values): URL | null {
  const address = values.get("issuer") ?? values.get("url");
  return typeof address === "string" ? URL.parse(address) : null;
}

function privateHostsOf(address: URL, values: Values): PrivateHosts {
  return {
    allowPrivate: values.get("allowPrivate") === true,
    privateHost: isPrivateHost(address.hostname) ? address.host : null,
  };
}

function describeProblems({ name }: Candidate, problems: readonly SettingsProblem[]): string {
  const issues = problems.map((problem) => `${problem.name} ${problem.issue}`).join("; ");
  return `${issues}: social login with ${name} is off`;
}

function describeProvider({ kind, name }: Candidate, values: Values): unknown {
  const address = addressIn(values);
  const privateHosts = address === null ? {} : privateHostsOf(address, values);
  return { kind, name, ...Object.fromEntries(values), ...privateHosts };
}

/** The cast to the types inferred from the definitions. Each value was checked against its own schema. */
function asProviderSettings(settings: unknown): ProviderSettings {
  return settings as ProviderSettings;
}

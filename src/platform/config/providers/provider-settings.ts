import type { SettingKey, SettingValue } from "../setting.ts";
import type { builtInProviders, oidcProvider, ProviderDefinition } from "./definitions.ts";

type ValueOf<Of extends ProviderDefinition[string]> = Of extends { readonly required: true }
  ? NonNullable<SettingValue<Of>>
  : SettingValue<Of>;

type ValuesOf<Of extends ProviderDefinition> = {
  readonly [Name in keyof Of & string as SettingKey<Name, Of[Name]>]: ValueOf<Of[Name]>;
};

/** Which hosts of a provider may have a private address. */
export interface PrivateHosts {
  /** Every host of this provider may have a private address and use http. */
  readonly allowPrivate: boolean;
  /** The host and port (`URL.host`) of the configured address if it has a private form, else null. It may have a private address. */
  readonly privateHost: string | null;
}

interface Extra {
  readonly google: unknown;
  readonly github: unknown;
  readonly microsoft: unknown;
  readonly gitlab: PrivateHosts;
  readonly discord: unknown;
  readonly apple: unknown;
}

/** The settings of a built-in provider that is on, such as `{kind: "google", name: "google", clientId, clientSecret, …}`. */
export type BuiltInSettings<Kind extends keyof typeof builtInProviders> = Extra[Kind] &
  ValuesOf<(typeof builtInProviders)[Kind]> & { readonly kind: Kind; readonly name: Kind };

/** The settings of an OpenID Connect issuer. `name` is the path segment, such as `keycloak`; a public client has no secret. */
export type OidcSettings = ValuesOf<typeof oidcProvider> &
  PrivateHosts & { readonly kind: "oidc"; readonly name: string };

/** The settings of a provider of social login that is on. */
export type ProviderSettings =
  | {
      [Kind in keyof typeof builtInProviders]: BuiltInSettings<Kind>;
    }[keyof typeof builtInProviders]
  | OidcSettings;

/** Whether a request to this URL of a provider may go to a private address, and use http. */
export function mayBePrivate({ allowPrivate, privateHost }: PrivateHosts, url: string): boolean {
  return allowPrivate || (privateHost !== null && URL.parse(url)?.host === privateHost);
}

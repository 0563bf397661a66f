import type { Settings } from "../../platform/config/settings.ts";
import { startUrl } from "./addresses.ts";
import type { SocialLogin } from "./social-login.ts";

/** A provider as applications show it: its name, and where a sign-in begins. */
export interface ListedProvider {
  readonly name: string;
  readonly authorize_url: string;
}

/** The providers that are switched on, by name. */
export function listProviders(settings: Settings, { providers }: SocialLogin): ListedProvider[] {
  return [...providers.keys()]
    .toSorted()
    .map((name) => ({ name, authorize_url: startUrl(settings, name) }));
}

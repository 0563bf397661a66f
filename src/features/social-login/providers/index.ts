import type { ProviderSettings } from "../../../platform/config/providers/provider-settings.ts";
import type { Platform } from "../../../platform/platform.ts";
import type { Provider } from "../provider.ts";
import { createApple } from "./apple.ts";
import { createDiscord } from "./discord.ts";
import { createGithub } from "./github.ts";
import { createGitlab } from "./gitlab.ts";
import { createGoogle } from "./google.ts";
import { createMicrosoft } from "./microsoft.ts";
import { createOpenIdConnect } from "./openid-connect.ts";
import type { Outbound } from "./openid-provider.ts";

/** The providers that are on, by name. No provider is called before it is used, so one that is down does not delay the start. */
export function createProviders(
  platform: Pick<Platform, "settings" | "httpClient" | "clock">,
): ReadonlyMap<string, Provider> {
  const providers = platform.settings.providers.map((settings) =>
    createProvider(settings, platform),
  );
  return new Map(providers.map((provider) => [provider.name, provider]));
}

function createProvider(settings: ProviderSettings, outbound: Outbound): Provider {
  switch (settings.kind) {
    case "google":
      return createGoogle(settings, outbound);
    case "github":
      return createGithub(settings, outbound);
    case "microsoft":
      return createMicrosoft(settings, outbound);
    case "gitlab":
      return createGitlab(settings, outbound);
    case "discord":
      return createDiscord(settings, outbound);
    case "apple":
      return createApple(settings, outbound);
    case "oidc":
      return createOpenIdConnect(settings, outbound);
  }
}

import { CodeChallengeMethod, OAuth2Client } from "arctic";

import { type KeepingTimes, keepValue } from "../../../kernel/kept-value.ts";
import {
  mayBePrivate,
  type OidcSettings,
} from "../../../platform/config/providers/provider-settings.ts";
import type { Provider } from "../provider.ts";
import { discover, type DiscoveredServer } from "./discovery.ts";
import { createOpenIdProvider, type Outbound } from "./openid-provider.ts";

const times: KeepingTimes = { valueSeconds: 3600, errorSeconds: 5 };

/** Any OpenID Connect issuer. Its discovery document is read when it is first needed, and not at the start. */
export function createOpenIdConnect(settings: OidcSettings, outbound: Outbound): Provider {
  const { name, issuer, clientId, clientSecret, scopes } = settings;
  const source = {
    issuer,
    mayBePrivate: (url: string) => mayBePrivate(settings, url),
    hasSecret: clientSecret !== null,
  };
  const server = keepValue(() => discover(source, outbound), times, outbound.clock);
  return createOpenIdProvider<DiscoveredServer>(
    {
      name,
      responseMode: "query",
      clientId,
      nativeClientIds: [],
      clientSecret: () => clientSecret,
      server: () => server.get(),
      authorizationUrl: ({ state, codeVerifier, redirectUri }, { authorizationEndpoint }) =>
        new OAuth2Client(clientId, clientSecret, redirectUri).createAuthorizationURLWithPKCE(
          authorizationEndpoint,
          state,
          CodeChallengeMethod.S256,
          codeVerifier,
          [...scopes],
        ),
    },
    outbound,
  );
}

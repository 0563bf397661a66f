import { CodeChallengeMethod, OAuth2Client } from "arctic";

import {
  type BuiltInSettings,
  mayBePrivate,
} from "../../../platform/config/providers/provider-settings.ts";
import { createRemoteKeys } from "../../../platform/jwt/remote-keys.ts";
import type { Provider } from "../provider.ts";
import type { Endpoint } from "./call-provider.ts";
import { createOpenIdProvider, type OpenIdServer, type Outbound } from "./openid-provider.ts";

/** GitLab, by https://docs.gitlab.com/integration/openid_connect_provider. */
export function createGitlab(settings: BuiltInSettings<"gitlab">, outbound: Outbound): Provider {
  // The issuer is the address without a slash at its end.
  const { clientId, clientSecret, url: issuer } = settings;
  const isPrivate = mayBePrivate(settings, issuer);
  const endpoint = (path: string): Endpoint => ({
    url: `${issuer}${path}`,
    mayBePrivate: isPrivate,
  });
  const server: OpenIdServer = {
    responseIssuer: { issuer, isRequired: false },
    tokenEndpoint: endpoint("/oauth/token"),
    userinfoEndpoint: endpoint("/oauth/userinfo"),
    keys: createRemoteKeys(endpoint("/oauth/discovery/keys"), outbound),
    algorithms: ["RS256"],
    issuers: () => [issuer],
    authentication: "client_secret_post",
  };
  return createOpenIdProvider(
    {
      name: "gitlab",
      responseMode: "query",
      clientId,
      nativeClientIds: [],
      clientSecret: () => clientSecret,
      server: () => Promise.resolve(server),
      // The library's class for GitLab sends no code challenge, which GitLab supports.
      authorizationUrl: ({ state, codeVerifier, redirectUri }) =>
        new OAuth2Client(clientId, clientSecret, redirectUri).createAuthorizationURLWithPKCE(
          `${issuer}/oauth/authorize`,
          state,
          CodeChallengeMethod.S256,
          codeVerifier,
          ["openid", "email", "profile"],
        ),
    },
    outbound,
  );
}

import { Google } from "arctic";

import type { BuiltInSettings } from "../../../platform/config/providers/provider-settings.ts";
import { createRemoteKeys } from "../../../platform/jwt/remote-keys.ts";
import type { Provider } from "../provider.ts";
import { publicEndpoint } from "./call-provider.ts";
import { createOpenIdProvider, type OpenIdServer, type Outbound } from "./openid-provider.ts";

const issuer = "https://accounts.google.com";

/** Google, by https://developers.google.com/identity/openid-connect/reference. */
export function createGoogle(
  { clientId, clientSecret, nativeClientIds }: BuiltInSettings<"google">,
  outbound: Outbound,
): Provider {
  const server: OpenIdServer = {
    responseIssuer: { issuer, isRequired: false },
    tokenEndpoint: publicEndpoint("https://oauth2.googleapis.com/token"),
    userinfoEndpoint: null,
    keys: createRemoteKeys(publicEndpoint("https://www.googleapis.com/oauth2/v3/certs"), outbound),
    algorithms: ["RS256"],
    // Google documents both forms.
    issuers: () => [issuer, "accounts.google.com"],
    authentication: "client_secret_post",
  };
  return createOpenIdProvider(
    {
      name: "google",
      responseMode: "query",
      clientId,
      nativeClientIds,
      clientSecret: () => clientSecret,
      server: () => Promise.resolve(server),
      authorizationUrl: ({ state, codeVerifier, redirectUri }) =>
        new Google(clientId, clientSecret, redirectUri).createAuthorizationURL(
          state,
          codeVerifier,
          ["openid", "email", "profile"],
        ),
      // One user has one identity, whichever form the issuer has.
      adjust: (profile) => ({ ...profile, issuer }),
    },
    outbound,
  );
}

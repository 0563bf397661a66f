import { MicrosoftEntraId } from "arctic";

import type { BuiltInSettings } from "../../../platform/config/providers/provider-settings.ts";
import type { Claims } from "../../../platform/jwt/port.ts";
import { createRemoteKeys } from "../../../platform/jwt/remote-keys.ts";
import type { Provider } from "../provider.ts";
import { publicEndpoint } from "./call-provider.ts";
import { createTenantCheck, microsoftOrigin, type TenantCheck } from "./microsoft-tenant.ts";
import { createOpenIdProvider, type OpenIdServer, type Outbound } from "./openid-provider.ts";

/** Microsoft, by https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc and `claims-validation`. */
export function createMicrosoft(
  settings: BuiltInSettings<"microsoft">,
  outbound: Outbound,
): Provider {
  const { clientId, clientSecret } = settings;
  const tenant = settings.tenant.toLowerCase();
  const tenantUrl = `${microsoftOrigin}/${tenant}`;
  const findTenantCheck = createTenantCheck(tenant, outbound);
  const keys = createRemoteKeys(publicEndpoint(`${tenantUrl}/discovery/v2.0/keys`), outbound);

  async function server(): Promise<OpenIdServer> {
    const mayEnter = await findTenantCheck();
    return {
      responseIssuer: null,
      tokenEndpoint: publicEndpoint(`${tenantUrl}/oauth2/v2.0/token`),
      userinfoEndpoint: null,
      keys,
      algorithms: ["RS256"],
      issuers: (claims, keyIssuer) => issuersOf(claims, keyIssuer, mayEnter),
      authentication: "client_secret_post",
    };
  }

  return createOpenIdProvider(
    {
      name: "microsoft",
      responseMode: "query",
      clientId,
      nativeClientIds: [],
      clientSecret: () => clientSecret,
      server,
      authorizationUrl: ({ state, codeVerifier, redirectUri }) =>
        new MicrosoftEntraId(tenant, clientId, clientSecret, redirectUri).createAuthorizationURL(
          state,
          codeVerifier,
          ["openid", "email", "profile"],
        ),
      // Tenants set any address they like ("nOAuth"). Microsoft vouches for it only with this optional claim.
      adjust: (profile, claims) => ({ ...profile, emailVerified: claims["xms_edov"] === true }),
    },
    outbound,
  );
}

/**
 * The issuer is that of the token's own tenant (`tid`), which must be one that may sign in. The keys of all tenants are at one
 * address, where each says for which tenants it signs.
 */
function issuersOf(
  { tid }: Claims,
  keyIssuer: string | null,
  mayEnter: TenantCheck,
): readonly string[] {
  if (typeof tid !== "string" || !mayEnter(tid)) return [];
  const issuer = `${microsoftOrigin}/${tid}/v2.0`;
  const isOfKey = keyIssuer === null || keyIssuer.replace("{tenantid}", tid) === issuer;
  return isOfKey ? [issuer] : [];
}

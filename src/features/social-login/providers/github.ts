import { CodeChallengeMethod, OAuth2Client } from "arctic";

import type { BuiltInSettings } from "../../../platform/config/providers/provider-settings.ts";
import { type Provider, ProviderError } from "../provider.ts";
import { assertResponds, publicEndpoint, readResource } from "./call-provider.ts";
import type { Outbound } from "./openid-provider.ts";
import { readProfileFields } from "./profile-fields.ts";
import { isMembers, type Members, membersOf } from "./received-values.ts";
import { requestTokens } from "./request-tokens.ts";

const tokenEndpoint = publicEndpoint("https://github.com/login/oauth/access_token");
const userEndpoint = publicEndpoint("https://api.github.com/user");
const emailsEndpoint = publicEndpoint("https://api.github.com/user/emails?per_page=100");
const headers = {
  accept: "application/vnd.github+json",
  "x-github-api-version": "2022-11-28",
};

/** GitHub, by https://docs.github.com/apps/oauth-apps. It has no ID tokens: its API says who the user is. */
export function createGithub(
  { clientId, clientSecret }: BuiltInSettings<"github">,
  { httpClient }: Outbound,
): Provider {
  const authentication = "client_secret_post";
  const client = { id: clientId, secret: clientSecret, authentication } as const;
  return {
    name: "github",
    responseMode: "query",
    verifyIdToken: null,
    responseIssuer: () => Promise.resolve(null),

    // The library's class for GitHub sends no code challenge, which GitHub supports since 2025.
    authorizationUrl: ({ state, codeVerifier, redirectUri }) =>
      Promise.resolve(
        new OAuth2Client(clientId, clientSecret, redirectUri).createAuthorizationURLWithPKCE(
          "https://github.com/login/oauth/authorize",
          state,
          CodeChallengeMethod.S256,
          codeVerifier,
          ["read:user", "user:email"],
        ),
      ),

    assertReachable: () => assertResponds(httpClient, tokenEndpoint),

    async redeem(response) {
      const tokens = await requestTokens(httpClient, tokenEndpoint, client, response);
      const [user, emails] = await Promise.all(
        [userEndpoint, emailsEndpoint].map((endpoint) =>
          readResource(httpClient, endpoint, tokens.accessToken, headers),
        ),
      );
      const members = membersOf(user, "profile_invalid");
      const { id, name, avatar_url: picture } = members;
      if (!Number.isSafeInteger(id)) throw new ProviderError("unavailable", "profile_invalid");
      const profile = {
        issuer: "https://github.com",
        subject: String(id),
        ...readProfileFields({ name, picture, ...primaryAddress(emails) }),
      };
      return { profile, tokens };
    },
  };
}

/** The address of the public profile is no proof: it is not read. */
function primaryAddress(emails: unknown): Members {
  if (!Array.isArray(emails)) throw new ProviderError("unavailable", "profile_invalid");
  const primary = emails.filter(isMembers).find((entry) => entry["primary"] === true);
  return { email: primary?.["email"], email_verified: primary?.["verified"] };
}

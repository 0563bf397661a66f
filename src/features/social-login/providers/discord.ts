import { Discord } from "arctic";

import type { BuiltInSettings } from "../../../platform/config/providers/provider-settings.ts";
import { type Provider, ProviderError } from "../provider.ts";
import { assertResponds, publicEndpoint, readResource } from "./call-provider.ts";
import type { Outbound } from "./openid-provider.ts";
import { readProfileFields } from "./profile-fields.ts";
import { membersOf, textOf } from "./received-values.ts";
import { requestTokens } from "./request-tokens.ts";

const issuer = "https://discord.com";
const tokenEndpoint = publicEndpoint("https://discord.com/api/oauth2/token");
const userEndpoint = publicEndpoint("https://discord.com/api/v10/users/@me");

/** Discord, by https://discord.com/developers/docs/topics/oauth2. Its API says who the user is. */
export function createDiscord(
  { clientId, clientSecret }: BuiltInSettings<"discord">,
  { httpClient }: Outbound,
): Provider {
  const authentication = "client_secret_post";
  const client = { id: clientId, secret: clientSecret, authentication } as const;
  return {
    name: "discord",
    responseMode: "query",
    verifyIdToken: null,
    responseIssuer: () => Promise.resolve({ issuer, isRequired: false }),

    authorizationUrl: ({ state, codeVerifier, redirectUri }) =>
      Promise.resolve(
        new Discord(clientId, clientSecret, redirectUri).createAuthorizationURL(
          state,
          codeVerifier,
          ["identify", "email"],
        ),
      ),

    assertReachable: () => assertResponds(httpClient, tokenEndpoint),

    async redeem(response) {
      const tokens = await requestTokens(httpClient, tokenEndpoint, client, response);
      const user = await readResource(httpClient, userEndpoint, tokens.accessToken);
      const members = membersOf(user, "profile_invalid");
      const { id, email, verified, locale, avatar } = members;
      if (typeof id !== "string" || !/^\d{1,20}$/.test(id)) {
        throw new ProviderError("unavailable", "profile_invalid");
      }
      const name = textOf(members["global_name"], 200) ?? members["username"];
      const fields = {
        email,
        email_verified: verified,
        name,
        locale,
        picture: pictureOf(id, avatar),
      };
      return { profile: { issuer, subject: id, ...readProfileFields(fields) }, tokens };
    },
  };
}

/** An avatar is received as a digest, whose picture is at a fixed address. */
function pictureOf(id: string, avatar: unknown): string | null {
  if (typeof avatar !== "string" || !/^\w{1,64}$/.test(avatar)) return null;
  return `https://cdn.discordapp.com/avatars/${id}/${avatar}.png`;
}

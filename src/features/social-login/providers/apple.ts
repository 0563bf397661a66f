import { createPrivateKey, type KeyObject } from "node:crypto";

import { Apple } from "arctic";

import { numericDate } from "../../../kernel/clock.ts";
import type { BuiltInSettings } from "../../../platform/config/providers/provider-settings.ts";
import { signCompact } from "../../../platform/jwt/compact-jws.ts";
import { createRemoteKeys } from "../../../platform/jwt/remote-keys.ts";
import type { Provider } from "../provider.ts";
import { publicEndpoint } from "./call-provider.ts";
import { createOpenIdProvider, type OpenIdServer, type Outbound } from "./openid-provider.ts";
import { membersOf, textOf } from "./received-values.ts";

type AppleSettings = BuiltInSettings<"apple">;

const issuer = "https://appleid.apple.com";
const clientSecretTtlSeconds = 300;

/** Apple, by https://developer.apple.com/documentation/signinwithapplerestapi. */
export function createApple(settings: AppleSettings, outbound: Outbound): Provider {
  const { clientId, teamId, keyId, nativeClientIds } = settings;
  const key = createPrivateKey(settings.clientSecret);
  const server: OpenIdServer = {
    responseIssuer: { issuer, isRequired: false },
    tokenEndpoint: publicEndpoint(`${issuer}/auth/token`),
    userinfoEndpoint: null,
    keys: createRemoteKeys(publicEndpoint(`${issuer}/auth/keys`), outbound),
    algorithms: ["RS256"],
    issuers: () => [issuer],
    authentication: "client_secret_post",
  };
  return createOpenIdProvider(
    {
      name: "apple",
      responseMode: "form_post",
      clientId,
      nativeClientIds,
      clientSecret: () => createClientSecret(settings, key, outbound.clock.now()),
      server: () => Promise.resolve(server),
      // Apple documents no code challenge. With a scope it documents `form_post` as the only response mode.
      authorizationUrl({ state, redirectUri }) {
        const apple = new Apple(clientId, teamId, keyId, new Uint8Array(), redirectUri);
        const url = apple.createAuthorizationURL(state, ["name", "email"]);
        url.searchParams.set("response_mode", "form_post");
        return url;
      },
      adjust: (profile, claims, parameters) => ({
        ...profile,
        // Apple documents this claim as "a string or Boolean value", and sends both.
        emailVerified: claims["email_verified"] === true || claims["email_verified"] === "true",
        name: nameOf(parameters.get("user")),
      }),
    },
    outbound,
  );
}

/** A token that takes the place of the client's password. */
function createClientSecret(settings: AppleSettings, key: KeyObject, now: Date): string {
  const header = { alg: "ES256" as const, typ: "JWT", kid: settings.keyId };
  const iat = numericDate(now);
  const times = { iat, exp: iat + clientSecretTtlSeconds };
  return signCompact(
    header,
    { iss: settings.teamId, sub: settings.clientId, aud: issuer, ...times },
    key,
  );
}

/** Apple sends the name with the first sign-in only, by way of the browser: it proves nothing. */
function nameOf(user: string | undefined): string | null {
  try {
    const { name } = membersOf(JSON.parse(user ?? "{}"), "profile_invalid");
    const { firstName, lastName } = membersOf(name, "profile_invalid");
    const names = [textOf(firstName, 100), textOf(lastName, 99)];
    return textOf(names.filter((each) => each !== null).join(" "), 200);
  } catch {
    return null;
  }
}

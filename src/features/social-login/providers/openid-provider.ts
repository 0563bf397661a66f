import { createHash } from "node:crypto";

import type { Clock } from "../../../kernel/clock.ts";
import type { HttpClient } from "../../../platform/http-client/port.ts";
import type { RemoteKeys } from "../../../platform/jwt/remote-keys.ts";
import {
  type ForeignToken,
  ForeignTokenError,
  type ForeignTokenRules,
  verifyForeignToken,
} from "../../../platform/jwt/verify-foreign-token.ts";
import {
  type AuthorizationRequest,
  type Provider,
  ProviderError,
  type ProviderProfile,
  type ProviderTokens,
  type ResponseIssuer,
} from "../provider.ts";
import { type Endpoint, readResource } from "./call-provider.ts";
import { readProfileFields } from "./profile-fields.ts";
import { type Members, membersOf } from "./received-values.ts";
import { type ClientAuthentication, requestTokens } from "./request-tokens.ts";

/** What calls to a provider need. */
export interface Outbound {
  readonly httpClient: HttpClient;
  readonly clock: Clock;
}

/** An OpenID provider, as its documentation or its discovery document describes it. */
export interface OpenIdServer {
  readonly responseIssuer: ResponseIssuer | null;
  readonly tokenEndpoint: Endpoint;
  /** Where the e-mail address is if the ID token has none; null if it is nowhere else. */
  readonly userinfoEndpoint: Endpoint | null;
  readonly keys: RemoteKeys;
  readonly algorithms: readonly string[];
  readonly issuers: ForeignTokenRules["issuers"];
  readonly authentication: ClientAuthentication;
}

/** This service as a client of an OpenID provider. `S` holds what the provider's discovery adds. */
export interface OpenIdClient<S extends OpenIdServer> {
  readonly name: string;
  readonly responseMode: Provider["responseMode"];
  readonly clientId: string;
  /** The clients of native applications, whose ID tokens are accepted too. */
  readonly nativeClientIds: readonly string[];
  readonly clientSecret: () => string | null;
  readonly server: () => Promise<S>;
  /** The URL without the nonce. */
  readonly authorizationUrl: (request: AuthorizationRequest, server: S) => URL;
  /** What the provider says otherwise than OpenID Connect does. `parameters` are those of the callback. */
  readonly adjust?: (
    profile: ProviderProfile,
    claims: Members,
    parameters: ReadonlyMap<string, string>,
  ) => ProviderProfile;
}

/** A provider that identifies users by ID tokens (OpenID Connect Core §3.1). */
export function createOpenIdProvider<S extends OpenIdServer>(
  client: OpenIdClient<S>,
  { httpClient, clock }: Outbound,
): Provider {
  const { clientId, nativeClientIds, adjust = (profile: ProviderProfile) => profile } = client;

  async function verify(
    idToken: string,
    { keys, algorithms, issuers }: S,
    rules: Pick<ForeignTokenRules, "clientIds" | "nonces" | "accessToken">,
  ): Promise<ForeignToken> {
    const now = clock.now();
    try {
      return await verifyForeignToken(idToken, { ...rules, keys, algorithms, issuers, now });
    } catch (error) {
      if (!(error instanceof ForeignTokenError)) throw error;
      throw new ProviderError(error.fault, error.reason, error);
    }
  }

  /** The claims of the ID token, completed from the userinfo endpoint where the token has no address (§5.3). */
  async function completeClaims(
    { subject, claims }: ForeignToken,
    { userinfoEndpoint }: S,
    { accessToken }: ProviderTokens,
  ): Promise<Members> {
    if (claims["email"] !== undefined || userinfoEndpoint === null) return claims;
    const json = await readResource(httpClient, userinfoEndpoint, accessToken);
    const userinfo = membersOf(json, "profile_invalid");
    if (userinfo["sub"] !== subject) throw new ProviderError("refused", "profile_of_another");
    // `email_verified` of the ID token says nothing about an address from elsewhere.
    const { email_verified: _, ...others } = claims;
    return { ...userinfo, ...others };
  }

  return {
    name: client.name,
    responseMode: client.responseMode,

    async authorizationUrl(request) {
      const url = client.authorizationUrl(request, await client.server());
      url.searchParams.set("nonce", request.nonce);
      return url;
    },

    async responseIssuer() {
      const { responseIssuer } = await client.server();
      return responseIssuer;
    },

    async assertReachable() {
      const { keys } = await client.server();
      await keys.load().catch((error: unknown) => {
        throw new ProviderError("unavailable", "keys_unavailable", error);
      });
    },

    async redeem(response) {
      const server = await client.server();
      const { authentication } = server;
      const credentials = { id: clientId, secret: client.clientSecret(), authentication };
      const tokens = await requestTokens(httpClient, server.tokenEndpoint, credentials, response);
      if (tokens.idToken === null) throw new ProviderError("unavailable", "id_token_missing");
      const token = await verify(tokens.idToken, server, {
        clientIds: [clientId],
        nonces: [response.nonce],
        accessToken: tokens.accessToken,
      });
      const claims = await completeClaims(token, server, tokens);
      return { profile: adjust(profileOf(token, claims), claims, response.parameters), tokens };
    },

    async verifyIdToken(idToken, nonce) {
      const token = await verify(idToken, await client.server(), {
        clientIds: [clientId, ...nativeClientIds],
        nonces: [nonce, digestOf(nonce, "hex"), digestOf(nonce, "base64url")],
        accessToken: null,
      });
      return adjust(profileOf(token, token.claims), token.claims, new Map());
    },
  };
}

function profileOf({ issuer, subject }: ForeignToken, claims: Members): ProviderProfile {
  return { issuer, subject, ...readProfileFields(claims) };
}

/** Applications on iOS send the digest of the nonce to the provider. */
function digestOf(nonce: string, encoding: "hex" | "base64url"): string {
  return createHash("sha256").update(nonce).digest(encoding);
}

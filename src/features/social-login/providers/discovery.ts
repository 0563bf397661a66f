import { type Static, Type } from "@sinclair/typebox";

import { compileOnUse } from "../../../kernel/schema-check.ts";
import { createRemoteKeys } from "../../../platform/jwt/remote-keys.ts";
import { ProviderError } from "../provider.ts";
import { callProvider, type Endpoint } from "./call-provider.ts";
import type { OpenIdServer, Outbound } from "./openid-provider.ts";
import type { ClientAuthentication } from "./request-tokens.ts";

/** An issuer, and which of its URLs may have a private address and need no TLS. */
export interface DiscoveredIssuer {
  readonly issuer: string;
  readonly mayBePrivate: (url: string) => boolean;
  /** Whether the client has a secret to authenticate with. */
  readonly hasSecret: boolean;
}

/** A provider as its discovery document describes it. */
export interface DiscoveredServer extends OpenIdServer {
  readonly authorizationEndpoint: string;
}

const url = Type.String({ maxLength: 2048 });
const names = Type.Array(Type.String());
const metadataSchema = Type.Object({
  issuer: url,
  authorization_endpoint: url,
  token_endpoint: url,
  jwks_uri: url,
  userinfo_endpoint: Type.Optional(url),
  id_token_signing_alg_values_supported: Type.Optional(names),
  code_challenge_methods_supported: Type.Optional(names),
  token_endpoint_auth_methods_supported: Type.Optional(names),
  authorization_response_iss_parameter_supported: Type.Optional(Type.Boolean()),
});
const metadataCheck = compileOnUse(metadataSchema);

type Metadata = Static<typeof metadataSchema>;

/** Reads and checks the discovery document (OpenID Connect Discovery §4). Throws `ProviderError` `unavailable`. */
export async function discover(
  source: DiscoveredIssuer,
  outbound: Outbound,
): Promise<DiscoveredServer> {
  const metadata = await readMetadata(source, outbound);
  const { issuer, userinfo_endpoint: userinfo } = metadata;
  const endpointOf = (address: string): Endpoint => readEndpoint(address, source);
  assertCodeChallenge(metadata);
  return {
    responseIssuer: {
      issuer,
      isRequired: metadata.authorization_response_iss_parameter_supported === true,
    },
    authorizationEndpoint: endpointOf(metadata.authorization_endpoint).url,
    tokenEndpoint: endpointOf(metadata.token_endpoint),
    userinfoEndpoint: userinfo === undefined ? null : endpointOf(userinfo),
    keys: createRemoteKeys(endpointOf(metadata.jwks_uri), outbound),
    algorithms: metadata.id_token_signing_alg_values_supported ?? ["RS256"],
    issuers: () => [issuer],
    authentication: authenticationOf(metadata, source.hasSecret),
  };
}

async function readMetadata(
  { issuer, mayBePrivate }: DiscoveredIssuer,
  { httpClient }: Outbound,
): Promise<Metadata> {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { status, json } = await callProvider(httpClient, "discovery", {
    url: address,
    method: "GET",
    mayBePrivate: mayBePrivate(address),
  });
  if (status !== 200 || !metadataCheck.Check(json)) {
    throw new ProviderError("unavailable", "discovery_invalid");
  }
  // §4.3: another issuer's document must not be accepted.
  if (json.issuer !== issuer) throw new ProviderError("unavailable", "discovery_issuer_wrong");
  return json;
}

function readEndpoint(address: string, { mayBePrivate }: DiscoveredIssuer): Endpoint {
  const parsed = URL.parse(address);
  if (parsed !== null && parsed.username === "" && parsed.password === "") {
    const isPrivate = mayBePrivate(address);
    const isHttp = isPrivate && parsed.protocol === "http:";
    if (parsed.protocol === "https:" || isHttp)
      return { url: parsed.href, mayBePrivate: isPrivate };
  }
  throw new ProviderError("unavailable", "discovery_invalid");
}

/** RFC 8414 §2 says that a provider without the list supports no code challenge; many that do support it leave it out. */
function assertCodeChallenge({ code_challenge_methods_supported: methods }: Metadata): void {
  if (methods === undefined || methods.includes("S256")) return;
  throw new ProviderError("unavailable", "code_challenge_unsupported");
}

/** RFC 8414 §2: `client_secret_basic` where the provider names no method. */
function authenticationOf(
  { token_endpoint_auth_methods_supported: methods = ["client_secret_basic"] }: Metadata,
  hasSecret: boolean,
): ClientAuthentication {
  if (!hasSecret) return "none";
  const accepted = ["client_secret_basic", "client_secret_post"] as const;
  const method = accepted.find((each) => methods.includes(each));
  if (method !== undefined) return method;
  throw new ProviderError("unavailable", "client_authentication_unsupported");
}

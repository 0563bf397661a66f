import { createHash } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

import type { ProviderHosts } from "./provider-hosts.ts";

/** A key pair of an OpenID provider. */
export interface StandInKey {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly jwk: Record<string, unknown>;
}

/** An OpenID provider whose responses the test controls. Every member may be replaced. */
export interface OpenIdStandIn {
  readonly issuer: string;
  /** The keys that the key endpoint publishes. The first one signs. */
  keys: StandInKey[];
  /** Members that replace those of the discovery document; `undefined` removes one. */
  metadata: Record<string, unknown>;
  /** Claims that replace those of a valid ID token; `undefined` removes one. */
  claims: Record<string, unknown>;
  header: Record<string, unknown>;
  /** Makes the ID token; by default `signIdToken`. */
  idToken: (claims: Record<string, unknown>) => Promise<string> | string;
  /** The response of an endpoint, instead of the usual one. */
  readonly responses: Map<"discovery" | "keys" | "token" | "userinfo", () => Response>;
  userinfo: Record<string, unknown>;
  /** Gives out a code for a code challenge and a nonce, as the authorization endpoint does. */
  issueCode(url: URL): string;
  /** The claims of a valid ID token. */
  validClaims(nonce: string): Record<string, unknown>;
  signIdToken(claims: Record<string, unknown>): Promise<string>;
  countRequests(path: string): number;
}

/** Creates a key pair for signatures. */
export async function createStandInKey(id: string, algorithm = "ES256"): Promise<StandInKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: id, use: "sig" };
  return { id, algorithm, privateKey, jwk };
}

/** What a stand-in is created with. */
export interface StandInOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly key: StandInKey;
  readonly now: () => Date;
  /** The paths of endpoints at providers that are not discovered, by host and path. */
  readonly endpoints?: Partial<Record<"discovery" | "token" | "keys" | "userinfo", string>>;
}

/** Serves an OpenID provider at the host of the issuer, and at those of its endpoints. */
export function serveOpenIdStandIn(hosts: ProviderHosts, options: StandInOptions): OpenIdStandIn {
  const { issuer, clientId, key, now } = options;
  const urls = {
    discovery: `${issuer}/.well-known/openid-configuration`,
    token: `${issuer}/token`,
    keys: `${issuer}/keys`,
    userinfo: `${issuer}/userinfo`,
    ...options.endpoints,
  };
  const codes = new Map<string, { challenge: string | null; nonce: string }>();

  async function respondWithTokens(request: Request): Promise<Response> {
    const body = new URLSearchParams(await request.text());
    const code = codes.get(body.get("code") ?? "");
    const verifier = body.get("code_verifier") ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (code === undefined || (code.challenge !== null && code.challenge !== challenge)) {
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    }
    const claims = { ...standIn.validClaims(code.nonce), ...standIn.claims };
    return Response.json({
      access_token: "provider-access-token",
      token_type: "Bearer",
      expires_in: 3600,
      scope: "openid email",
      id_token: await standIn.idToken(claims),
    });
  }

  function discoveryDocument(): Record<string, unknown> {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: urls.token,
      jwks_uri: urls.keys,
      userinfo_endpoint: urls.userinfo,
      id_token_signing_alg_values_supported: ["ES256", "RS256", "HS256", "none"],
      code_challenge_methods_supported: ["S256"],
      token_endpoint_auth_methods_supported: ["client_secret_basic"],
      ...standIn.metadata,
    };
  }

  async function handle(request: Request): Promise<Response> {
    const url = request.url.split("?")[0];
    if (url === urls.discovery)
      return standIn.responses.get("discovery")?.() ?? Response.json(discoveryDocument());
    if (url === urls.keys)
      return (
        standIn.responses.get("keys")?.() ??
        Response.json({ keys: standIn.keys.map(({ jwk }) => jwk) })
      );
    if (url === urls.userinfo)
      return standIn.responses.get("userinfo")?.() ?? Response.json(standIn.userinfo);
    if (url === urls.token)
      return standIn.responses.get("token")?.() ?? (await respondWithTokens(request));
    return new Response("not found", { status: 404 });
  }

  const standIn: OpenIdStandIn = {
    issuer,
    keys: [key],
    metadata: {},
    claims: {},
    header: {},
    idToken: (claims) => standIn.signIdToken(claims),
    responses: new Map(),
    userinfo: {},
    issueCode(url) {
      const code = `code-${codes.size}`;
      const { searchParams } = url;
      codes.set(code, {
        challenge: searchParams.get("code_challenge"),
        nonce: searchParams.get("nonce") ?? "",
      });
      return code;
    },
    validClaims(nonce) {
      const iat = Math.floor(now().getTime() / 1000);
      const user = { sub: "user-1", email: "ada@example.com", email_verified: true };
      return { iss: issuer, aud: clientId, iat, exp: iat + 300, nonce, ...user };
    },
    async signIdToken(claims) {
      const [signing = key] = standIn.keys;
      const header = { alg: signing.algorithm, kid: signing.id, ...standIn.header };
      return new SignJWT(claims).setProtectedHeader(header).sign(signing.privateKey);
    },
    countRequests: (path) => hosts.requests.filter(({ url }) => url.endsWith(path)).length,
  };

  for (const url of [issuer, ...Object.values(urls)]) hosts.serve(new URL(url).host, handle);
  return standIn;
}

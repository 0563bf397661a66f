import { createServer, type RequestListener } from "node:http";

import { exportJWK, generateKeyPair } from "jose";
import { type Configuration, type JWK, Provider } from "oidc-provider";

import { findSparePort } from "./spare-port.ts";

/** What the provider says about a user, beside `sub`. */
export interface ProviderAccount {
  readonly email?: string;
  readonly email_verified?: unknown;
  readonly name?: string;
  readonly picture?: string;
  readonly locale?: string;
}

/** A certified OpenID Connect provider in this process, with login and consent pages of its own. */
export interface OpenIdProvider extends AsyncDisposable {
  readonly issuer: string;
  /** The settings that make Gatehouse sign users in at it, under this name in lower case. */
  settings(name: string): Record<string, string>;
  /** What is said about the user who signs in under this login name, which is the subject too. */
  setAccount(login: string, account: ProviderAccount): void;
  /** From now on ID tokens are signed with a new key, and the earlier one is no longer published. */
  rotateKeys(): Promise<void>;
  /** Closes the port, as in an outage; `resume` opens it again. */
  stop(): Promise<void>;
  resume(): Promise<void>;
}

const clientId = "gatehouse";
const clientSecret = "a-secret-of-gatehouse-at-the-provider";

/** How a provider treats its client; the defaults are those of the standard. */
export interface OpenIdProviderOptions {
  readonly clientAuthentication?: "client_secret_basic" | "client_secret_post";
  /** Where the claims of the scopes are; the large providers have them in the ID token too. */
  readonly claimsIn?: "userinfo" | "id_token";
}

/** Starts the provider. Its client may return to these addresses. */
export async function startOpenIdProvider(
  redirectUris: readonly string[],
  {
    clientAuthentication = "client_secret_basic",
    claimsIn = "userinfo",
  }: OpenIdProviderOptions = {},
): Promise<OpenIdProvider> {
  const port = await findSparePort();
  const issuer = `http://127.0.0.1:${port}`;
  const accounts = new Map<string, ProviderAccount>();
  const configurationOf = (key: JWK): Configuration => ({
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...redirectUris],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: clientAuthentication,
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: profileClaims },
    conformIdTokenClaims: claimsIn === "userinfo",
    cookies: { keys: ["a key of the cookies of the tests' provider"] },
    features: { devInteractions: { enabled: true }, userinfo: { enabled: true } },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => Promise.resolve({ ...accounts.get(sub), sub }),
    }),
    jwks: { keys: [key] },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
  });
  const newHandler = async (): Promise<RequestListener> =>
    new Provider(issuer, configurationOf(await newSigningKey())).callback();

  let handle = await newHandler();
  const server = createServer((request, response) => handle(request, response));
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  await listen();

  return {
    issuer,
    settings: (name) => ({
      [`OIDC_${name}_ISSUER`]: issuer,
      [`OIDC_${name}_CLIENT_ID`]: clientId,
      [`OIDC_${name}_CLIENT_SECRET`]: clientSecret,
    }),
    setAccount: (login, account) => void accounts.set(login, account),
    async rotateKeys() {
      handle = await newHandler();
    },
    stop,
    resume: listen,
    [Symbol.asyncDispose]: stop,
  };
}

const profileClaims = ["name", "picture", "locale"];

async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key = await exportJWK(privateKey);
  return { ...key, alg: "RS256", use: "sig", kid: Bun.randomUUIDv7() };
}

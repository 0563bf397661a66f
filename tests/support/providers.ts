import { createProviders } from "../../src/features/social-login/providers/index.ts";
import {
  type CodeResponse,
  type Provider,
  ProviderError,
  type ProviderProfile,
  type ProviderTokens,
} from "../../src/features/social-login/provider.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { loadSettings } from "../../src/platform/config/load-settings.ts";
import type { HttpClient } from "../../src/platform/http-client/port.ts";
import type { OpenIdStandIn } from "./openid-stand-in.ts";

/** The settings of an issuer that a stand-in serves at `https://issuer.test`. */
export const issuerSettings = {
  OIDC_EXAMPLE_ISSUER: "https://issuer.test",
  OIDC_EXAMPLE_CLIENT_ID: "gatehouse",
  OIDC_EXAMPLE_CLIENT_SECRET: "s3cret: with/signs",
};

/** The providers of an installation with these settings. */
export function providersOf(
  environment: Record<string, string>,
  outbound: { readonly httpClient: HttpClient; readonly clock: Clock },
): ReadonlyMap<string, Provider> {
  const { settings, warnings } = loadSettings(
    { ENVIRONMENT: "test", ...environment },
    { isTerminal: false, generateSecret: () => "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only" },
  );
  const off = warnings.filter((warning) => warning.includes("social login"));
  if (off.length > 0) throw new Error(off.join("\n"));
  return createProviders({ ...outbound, settings });
}

/** The only provider of an installation with these settings. */
export function providerOf(...parameters: Parameters<typeof providersOf>): Provider {
  const [provider, ...others] = providersOf(...parameters).values();
  if (provider === undefined || others.length > 0) throw new Error("Not one provider.");
  return provider;
}

/** What a start and the callback of a browser pass to a provider. */
export const authorization = {
  state: "the-state",
  codeVerifier: "v".repeat(43),
  nonce: "the-nonce",
  redirectUri: "https://auth.example.com/api/v1/auth/oauth/example/callback",
};

/** What the callback passes for a code. */
export function codeResponse(changes: Partial<CodeResponse> = {}): CodeResponse {
  return { ...authorization, code: "the-code", parameters: new Map(), ...changes };
}

/** Goes to the stand-in for a code, and redeems it. */
export async function signInAt(
  provider: Provider,
  standIn: OpenIdStandIn,
  changes: Partial<CodeResponse> = {},
): Promise<{ profile: ProviderProfile; tokens: ProviderTokens }> {
  const code = standIn.issueCode(await provider.authorizationUrl(authorization));
  return await provider.redeem(codeResponse({ code, ...changes }));
}

/** The fault and the reason of the `ProviderError` that `work` throws, as `refused: nonce_wrong`. */
export async function providerErrorOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProviderError) return `${error.fault}: ${error.reason}`;
    throw error;
  }
  throw new Error("No error was thrown.");
}

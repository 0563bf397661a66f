import { createHash } from "node:crypto";

import type {
  AuthorizationRequest,
  CodeResponse,
  Provider,
  ProviderProfile,
  ResponseIssuer,
} from "../../src/features/social-login/provider.ts";
import { ProviderError } from "../../src/features/social-login/provider.ts";
import { freshEmail } from "./journey.ts";

const origin = "https://provider.example";

/** A provider in the test's own memory. It verifies PKCE and the nonce, as the real ones do. */
export interface FakeProvider extends Provider {
  /** Every authorization request so far. */
  readonly requests: AuthorizationRequest[];
  /** Every code that was redeemed, right or wrong. */
  readonly redeemed: CodeResponse[];
  /** Signs a user in on the provider's page at this address: what the provider then sends to the callback. */
  approve(location: string, profile?: Partial<ProviderProfile>): Record<string, string>;
  /** An ID token of the provider for a native application. */
  idToken(nonce: string, profile?: Partial<ProviderProfile>): string;
  /** The next call of this kind fails with this error. */
  failNext(call: "authorize" | "reach" | "redeem", error: Error): void;
  /** What it announces of its issuer (RFC 9207). */
  issuer: ResponseIssuer | null;
}

/** A provider with this name, whose users are whom the test says. */
export function createFakeProvider(
  name: string,
  options: { responseMode?: Provider["responseMode"]; hasIdTokens?: boolean } = {},
): FakeProvider {
  const requests: AuthorizationRequest[] = [];
  const redeemed: CodeResponse[] = [];
  const codes = new Map<string, { challenge: string; nonce: string; profile: ProviderProfile }>();
  const failures = new Map<string, Error>();

  function profileOf(given: Partial<ProviderProfile> = {}): ProviderProfile {
    return {
      issuer: origin,
      subject: Bun.randomUUIDv7(),
      email: freshEmail(),
      emailVerified: true,
      name: null,
      avatarUrl: null,
      locale: null,
      ...given,
    };
  }

  function fail(call: string): void {
    const error = failures.get(call);
    failures.delete(call);
    if (error) throw error;
  }

  const provider: FakeProvider = {
    name,
    responseMode: options.responseMode ?? "query",
    requests,
    redeemed,
    issuer: null,
    async authorizationUrl(request) {
      fail("authorize");
      requests.push(request);
      const url = new URL(`${origin}/authorize`);
      url.searchParams.set("state", request.state);
      url.searchParams.set("nonce", request.nonce);
      url.searchParams.set("redirect_uri", request.redirectUri);
      url.searchParams.set("code_challenge", digest(request.codeVerifier));
      return url;
    },
    responseIssuer: async () => provider.issuer,
    assertReachable: async () => fail("reach"),
    async redeem(response) {
      fail("redeem");
      redeemed.push(response);
      const known = codes.get(response.code);
      codes.delete(response.code);
      if (!known || known.challenge !== digest(response.codeVerifier)) {
        throw new ProviderError("refused", "invalid_grant");
      }
      if (known.nonce !== response.nonce) throw new ProviderError("refused", "nonce_wrong");
      const accessToken = `provider-access-${Bun.randomUUIDv7()}`;
      const tokens = { accessToken, refreshToken: null, idToken: null };
      return {
        profile: known.profile,
        tokens: { ...tokens, expiresInSeconds: null, scope: null },
      };
    },
    verifyIdToken:
      options.hasIdTokens === false
        ? null
        : async (idToken, nonce) => {
            const [, payload = ""] = idToken.split(".");
            const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
            if (claims.nonce !== nonce) throw new ProviderError("refused", "nonce_wrong");
            return claims.profile;
          },
    approve(location, profile) {
      const { searchParams } = new URL(location);
      const code = Bun.randomUUIDv7();
      const challenge = searchParams.get("code_challenge") ?? "";
      const nonce = searchParams.get("nonce") ?? "";
      codes.set(code, { challenge, nonce, profile: profileOf(profile) });
      return { code, state: searchParams.get("state") ?? "" };
    },
    idToken(nonce, profile) {
      const exp = Math.floor(Date.now() / 1000) + 600;
      const parts = [{ alg: "RS256" }, { exp, nonce, profile: profileOf(profile) }];
      const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
      return [...signed, "signature"].join(".");
    },
    failNext: (call, error) => void failures.set(call, error),
  };
  return provider;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

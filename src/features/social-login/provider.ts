/** What a provider says about a user, after every check of its response. */
export interface ProviderProfile {
  /** The issuer of the identity: `iss` of an ID token, or the origin of a provider without ID tokens. */
  readonly issuer: string;
  /** The user's id at the issuer; never reassigned. */
  readonly subject: string;
  /** As the provider wrote it. */
  readonly email: string | null;
  /** Whether the provider has verified the address: the boolean `true` and nothing else. */
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly avatarUrl: string | null;
  readonly locale: string | null;
}

/** The provider's own tokens for the user (RFC 6749 §5.1). */
export interface ProviderTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly idToken: string | null;
  readonly expiresInSeconds: number | null;
  readonly scope: string | null;
}

/** What the authorization request contains (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1). */
export interface AuthorizationRequest {
  readonly state: string;
  readonly codeVerifier: string;
  readonly nonce: string;
  /** The address of our callback. */
  readonly redirectUri: string;
}

/** What is redeemed at the provider's token endpoint (RFC 6749 §4.1.3). */
export interface CodeResponse {
  readonly code: string;
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly redirectUri: string;
  /** The other parameters of the callback, such as Apple's `user`. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The issuer that the callback names in `iss` (RFC 9207 §2). */
export interface ResponseIssuer {
  readonly issuer: string;
  /** Whether the provider announces that it always sends `iss`. */
  readonly isRequired: boolean;
}

/** A service at which users sign in. Every function throws `ProviderError`. */
export interface Provider {
  /** The segment of the path: `google`, or the name of an OpenID Connect issuer in the settings. */
  readonly name: string;
  /** How the provider returns to the callback: a redirect, or a form that the browser posts. */
  readonly responseMode: "query" | "form_post";
  /** For all requests of a start, of a callback or of an ID token. Default: 9. */
  readonly timeLimitSeconds?: number;
  authorizationUrl(request: AuthorizationRequest): Promise<URL>;
  /** Null for a provider of which no issuer is known. */
  responseIssuer(): Promise<ResponseIssuer | null>;
  redeem(response: CodeResponse): Promise<{ profile: ProviderProfile; tokens: ProviderTokens }>;
  /** Calls what a sign-in needs first: discovery and keys, or an endpoint of a provider without them. It signs in no one. */
  assertReachable(): Promise<void>;
  /** Verifies an ID token that an application got from the provider; null for a provider without ID tokens. */
  readonly verifyIdToken: ((idToken: string, nonce: string) => Promise<ProviderProfile>) | null;
}

/** The provider is not available, or what it or the browser sent is refused. */
export class ProviderError extends Error {
  readonly fault: "unavailable" | "refused";
  /** A word for the audit log, such as `issuer_wrong`. It holds nothing that was received. */
  readonly reason: string;

  constructor(fault: ProviderError["fault"], reason: string, cause?: unknown) {
    super(`the provider failed: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = "ProviderError";
    this.fault = fault;
    this.reason = reason;
  }
}

import type { KeyObject } from "node:crypto";

/** The types of token that Gatehouse signs, as in the `typ` header (RFC 8725 §3.11). */
export type TokenType = "at+jwt" | "rt+jwt";

/** A token's claims (RFC 7519 §4). */
export type Claims = Readonly<Record<string, unknown>>;

/** The result of verifying a token. The signature and claims of an expired one are valid, except for its age. */
export type Verification =
  | { readonly status: "valid" | "expired"; readonly claims: Claims }
  | { readonly status: "invalid" };

/** The values that the claims of a token must have. */
export interface ExpectedClaims {
  readonly issuer: string;
  readonly audience?: string;
  /** The longest time between issue and expiry; longer-lived tokens are refused. */
  readonly maximumLifeSeconds?: number;
  /** Whether the clock of the replica that issued it may be ahead by any time. */
  readonly allowsFuture?: boolean;
  readonly now: Date;
}

/** Signs and verifies compact JWS tokens with the service's own keys. */
export interface TokenSigner {
  /** Rejects when the token would be longer than `verify` accepts. */
  sign(type: TokenType, claims: Claims): Promise<string>;
  verify(
    token: string,
    expected: ExpectedClaims & { readonly type: TokenType },
  ): Promise<Verification>;
  /**
   * Signs with the key of ID tokens for this algorithm (OpenID Connect Core §2): an ID token, or a logout token. Throws
   * `UNAVAILABLE` when there is no key.
   */
  signIdToken(algorithm: AsymmetricAlgorithm, claims: Claims, type?: "JWT" | "logout+jwt"): string;
  /** The claims of an ID token that this service signed for this issuer, also of an expired one; else null. */
  verifyIdToken(token: string, issuer: string): Claims | null;
}

/** The algorithms whose verification key may be published (RFC 7518 §3, RFC 8037 §3.1). */
export type AsymmetricAlgorithm = "EdDSA" | "ES256" | "RS256";

/** Every algorithm that tokens may be signed with. */
export type Algorithm = "HS256" | AsymmetricAlgorithm;

/** A key that verifies, with its only algorithm, whatever the token's header names (RFC 8725 §3.1). */
export interface VerificationKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly verifyWith: KeyObject;
  /** It verifies only tokens that were issued before this time; null while its algorithm is in force. */
  readonly issuedBefore: Date | null;
}

/** An algorithm after a change: its keys verify what was issued before the change, until the last of it has expired. */
export interface ReplacedAlgorithm {
  readonly issuedBefore: Date;
  readonly verifyUntil: Date;
}

/** What is stored of the keys. */
export interface StoredKeys {
  /** The algorithm that every replica signs with. */
  readonly algorithm: Algorithm;
  /** The algorithms before it. Keys of all other algorithms verify nothing. */
  readonly replaced: ReadonlyMap<Algorithm, ReplacedAlgorithm>;
  /** The algorithms that ID tokens are signed with, whichever is in force. */
  readonly idTokenAlgorithms: readonly AsymmetricAlgorithm[];
  /** The key pairs, in the order of their creation. */
  readonly keys: readonly StoredKey[];
}

/** A key that signs, with its only algorithm. */
export interface SigningKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly signWith: KeyObject;
}

/** The public key of a pair as a JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2), with the members that define it only. */
export interface PublicJwk {
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

/** A public key as it is published, for other services to verify tokens with. */
export type PublishedKey = PublicJwk & {
  readonly kid: string;
  readonly alg: AsymmetricAlgorithm;
  readonly use: "sig";
};

/** A key pair as it is stored in the database. */
export interface StoredKey {
  /** The public key's thumbprint (RFC 7638), which is its `kid`. */
  readonly id: string;
  readonly algorithm: AsymmetricAlgorithm;
  readonly publicJwk: PublicJwk;
  /** The private key as a JWK in JSON, or null when it no longer signs. */
  readonly privateJwk: string | null;
  readonly activeFrom: Date;
  /** When it stops verifying, or null while no newer key has replaced it. */
  readonly verifyUntil: Date | null;
}

/** The keys that this replica has now. */
export interface KeyRing {
  /** The key to sign with. Throws `UNAVAILABLE` when none is loaded. */
  current(): SigningKey;
  /** The key that signs ID tokens with this algorithm, or null while there is none. */
  currentForIdTokens(algorithm: AsymmetricAlgorithm): SigningKey | null;
  /** The key with this id that signed ID tokens, of those that are held; or undefined. */
  findForIdTokens(keyId: string): Omit<VerificationKey, "issuedBefore"> | undefined;
  /**
   * The key with this id, or undefined. When it is unknown, the stored keys are read again first. Throws `UNAVAILABLE` when
   * that takes longer than a second.
   */
  find(keyId: string): Promise<VerificationKey | undefined>;
  /** The same after the stored keys were read again in any case: for a token that the key as it is held did not sign. */
  findAgain(keyId: string): Promise<VerificationKey | undefined>;
  /** The public keys that sign, will sign, or signed tokens that may still be valid. With HS256 those of ID tokens. */
  published(): readonly PublishedKey[];
  /** Since when the current key signs; null with HS256, whose secret has no date, and while no key is loaded. */
  currentSince(): Date | null;
  /** Changes whenever a key is added or removed. Tokens that were verified before must then be verified again. */
  revision(): number;
  /** Reads the stored keys again, after this call. When that fails, the keys that were loaded before stay in use. */
  reload(): Promise<void>;
}

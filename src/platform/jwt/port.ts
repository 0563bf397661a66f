import type { KeyObject } from "node:crypto";

/** The kinds of token that Gatehouse signs, as their `typ` header says (RFC 8725 §3.11). */
export type TokenType = "at+jwt" | "rt+jwt";

/** A token's claims (RFC 7519 §4). */
export type Claims = Readonly<Record<string, unknown>>;

/** What a presented token turned out to be. An expired one is genuine, but too old. */
export type Verification =
  | { readonly status: "valid" | "expired"; readonly claims: Claims }
  | { readonly status: "invalid" };

/** Signs and verifies compact JWS tokens under the service's own keys. */
export interface TokenSigner {
  /** Rejects where the token would be longer than `verify` accepts. */
  sign(type: TokenType, claims: Claims): Promise<string>;
  verify(
    token: string,
    expected: { type: TokenType; issuer: string; audience?: string; now: Date },
  ): Promise<Verification>;
}

/** The algorithms whose verification key may be published (RFC 7518 §3, RFC 8037 §3.1). */
export type AsymmetricAlgorithm = "EdDSA" | "ES256" | "RS256";

/** Every algorithm that a token of ours may be signed with. */
export type Algorithm = "HS256" | AsymmetricAlgorithm;

/** What verifies: a key with the one algorithm that it is for, whatever a token's header says (RFC 8725 §3.1). */
export interface VerificationKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly verifyWith: KeyObject;
}

/** What signs, with the one algorithm that it is for. */
export interface SigningKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly signWith: KeyObject;
}

/** The public half of a key pair as a JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2): what defines it, and nothing else. */
export interface PublicJwk {
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

/** A public key as others are given it to verify our tokens with. */
export type PublishedKey = PublicJwk & {
  readonly kid: string;
  readonly alg: AsymmetricAlgorithm;
  readonly use: "sig";
};

/** A key pair as it is kept from one start to the next. */
export interface StoredKey {
  /** The public key's thumbprint (RFC 7638), and its `kid`. */
  readonly id: string;
  readonly algorithm: AsymmetricAlgorithm;
  readonly publicJwk: PublicJwk;
  /** The private half as the JSON text of a JWK; null where nothing is to be signed with it any more. */
  readonly privateJwk: string | null;
  readonly activeFrom: Date;
  /** From when on it verifies nothing; null while no newer key has taken its place. */
  readonly verifyUntil: Date | null;
}

/** The keys of this replica, at this moment. */
export interface KeyRing {
  /** The key to sign with. Throws `UNAVAILABLE` where there is none yet. */
  current(): SigningKey;
  /**
   * The key with this id. Where it is unknown, the stored keys are read again before the answer is no. Throws `UNAVAILABLE`
   * where that takes longer than a second.
   */
  find(keyId: string): Promise<VerificationKey | undefined>;
  /** The public keys that sign, will sign or did sign tokens that may still live. None under HS256. */
  published(): readonly PublishedKey[];
  /** Changes whenever a key came or went: what was verified before must then be verified again. */
  revision(): number;
  /** Reads the stored keys again, after this call; when that fails, those of before stay. */
  reload(): Promise<void>;
}

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
  sign(type: TokenType, claims: Claims): Promise<string>;
  verify(
    token: string,
    expected: { type: TokenType; issuer: string; audience?: string; now: Date },
  ): Promise<Verification>;
}

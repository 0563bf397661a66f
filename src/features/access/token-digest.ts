import { maximumTokenLength } from "../../platform/jwt/jwt-signer.ts";

/**
 * The identity of a token in the cache: 159 bits of the SHA-256 digest of the whole token, as three integers. It is infeasible
 * to create another token with the same digest, also by changing the header or the payload of a known token.
 */
export interface TokenDigest {
  readonly digest0: number;
  readonly digest1: number;
  readonly digest2: number;
}

const bytes = new Uint8Array(32);
const words = new DataView(bytes.buffer);

/** The digest of a token's text; null for a text that is too long to be a token, which is not hashed. */
export function digestOf(text: string): TokenDigest | null {
  if (text.length > maximumTokenLength) return null;
  Bun.SHA256.hash(text, bytes);
  return { digest0: integerAt(0), digest1: integerAt(8), digest2: integerAt(16) };
}

/** Whether two tokens are the same. */
export function isSameDigest(one: TokenDigest, other: TokenDigest): boolean {
  return (
    one.digest0 === other.digest0 && one.digest1 === other.digest1 && one.digest2 === other.digest2
  );
}

/** 53 of the 64 bits at an offset: as many as a number represents exactly. */
function integerAt(offset: number): number {
  return words.getUint32(offset) * 2 ** 21 + (words.getUint32(offset + 4) >>> 11);
}

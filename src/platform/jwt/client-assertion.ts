import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  errors,
  type JWTHeaderParameters,
} from "jose";

import { NoJsonError } from "../http-client/request-json.ts";
import type { Claims, PublicJwk } from "./port.ts";
import { InvalidKeySetError, type RemoteKeys } from "./remote-keys.ts";

/** The algorithms with a public key. A shared secret or `none` is never accepted (RFC 8725 §3.1). */
export const assertionAlgorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

/** Where the keys of a client are: at hand, or at a URL. */
export type AssertionKeys =
  | { readonly local: readonly PublicJwk[] }
  | { readonly remote: RemoteKeys };

const longestAssertion = 8192;

/** The claims that an assertion has, unverified; none for a string that is no JWT. */
export function unverifiedClaims(assertion: string): Claims {
  if (assertion.length > longestAssertion) return {};
  try {
    return decodeJwt(assertion);
  } catch {
    return {};
  }
}

/** Whether one of the keys signed an assertion. Throws `NoJsonError`, `InvalidKeySetError` where the keys cannot be read. */
export async function isSignedBy(assertion: string, keys: AssertionKeys): Promise<boolean> {
  if (assertion.length > longestAssertion) return false;
  try {
    const options = { algorithms: assertionAlgorithms };
    const { protectedHeader } = await compactVerify(assertion, finderOf(keys), options);
    // Tokens of another type are no assertions (RFC 8725 §3.11).
    const { typ } = protectedHeader;
    return typ === undefined || /^(?:jwt|client-authentication\+jwt)$/i.test(typ);
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

/** Whether an error says that the keys of a client could not be read. */
export function areKeysUnreadable(error: unknown): boolean {
  return error instanceof NoJsonError || error instanceof InvalidKeySetError;
}

function finderOf(keys: AssertionKeys) {
  if ("local" in keys) return createLocalJWKSet({ keys: [...keys.local] });
  return async (header: JWTHeaderParameters) => {
    const found = await keys.remote.find(header);
    if (found === null) throw new errors.JWKSNoMatchingKey();
    return found.key;
  };
}

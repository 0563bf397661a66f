import { errors, jwtVerify, SignJWT, type JWTHeaderParameters } from "jose";

import { sha256 } from "../../kernel/bytes.ts";
import { deriveKey } from "../secrets/derive-key.ts";
import type { TokenSigner, Verification } from "./port.ts";

interface Key {
  readonly id: string;
  readonly secret: Uint8Array;
}

const algorithm = "HS256";

/** Longer than any token of ours; what exceeds it is refused before any work. */
const maximumTokenLength = 8192;

/**
 * HMAC-SHA-256 (RFC 7518 §3.2). Signs with `current`; verifies with `current` and, while a secret is
 * being replaced, `previous`. The algorithm and the key come from here, never from the token's header.
 */
export function createHs256Signer(secrets: {
  current: string;
  previous: string | null;
}): TokenSigner {
  const current = keyOf(secrets.current);
  const keys = new Map([[current.id, current]]);
  if (secrets.previous !== null) {
    const previous = keyOf(secrets.previous);
    keys.set(previous.id, previous);
  }

  function findKey(header: JWTHeaderParameters): Uint8Array {
    const key = header.kid === undefined ? undefined : keys.get(header.kid);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key.secret;
  }

  return {
    sign: (type, claims) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: current.id })
        .sign(current.secret),

    async verify(token, expected): Promise<Verification> {
      if (token.length > maximumTokenLength) return { status: "invalid" };
      try {
        const { payload } = await jwtVerify(token, findKey, {
          algorithms: [algorithm],
          typ: expected.type,
          issuer: expected.issuer,
          ...(expected.audience === undefined ? {} : { audience: expected.audience }),
          requiredClaims: ["sub", "sid", "jti", "iat", "exp"],
          currentDate: expected.now,
        });
        return { status: "valid", claims: payload };
      } catch (error) {
        if (error instanceof errors.JWTExpired) {
          return { status: "expired", claims: error.payload };
        }
        if (error instanceof errors.JOSEError || error instanceof TypeError) {
          return { status: "invalid" };
        }
        throw error;
      }
    },
  };
}

/** The identifier is drawn from the secret, so that replicas agree on it and a reader learns nothing. */
function keyOf(secret: string): Key {
  const id = sha256(deriveKey(secret, "key-id").toString("base64url")).slice(0, 12);
  return { id, secret: new TextEncoder().encode(secret) };
}

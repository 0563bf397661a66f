import { createSecretKey, type KeyObject } from "node:crypto";

import { sha256 } from "../../kernel/bytes.ts";
import { deriveKey } from "../secrets/derive-key.ts";
import { parseCompact, signCompact, verifyCompact } from "./compact-jws.ts";
import { judgeClaims } from "./judge-claims.ts";
import type { TokenSigner, Verification } from "./port.ts";

interface Key {
  readonly id: string;
  readonly secret: KeyObject;
}

const algorithm = "HS256";

/** Longer than any token of ours; what exceeds it is refused before any work. */
const maximumTokenLength = 8192;

/**
 * HMAC-SHA-256 (RFC 7518 §3.2). Signs with `current`; verifies with `current` and, while a secret is
 * being replaced, `previous`. The token chooses among our keys by `kid` and nothing else (RFC 8725 §3.1).
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

  function verify(token: string, expected: Parameters<TokenSigner["verify"]>[1]): Verification {
    const jws = token.length > maximumTokenLength ? null : parseCompact(token);
    if (jws === null) return { status: "invalid" };
    const { alg, typ, kid, crit } = jws.header;
    const key = typeof kid === "string" ? keys.get(kid) : undefined;
    if (!key || alg !== algorithm || typ !== expected.type || crit !== undefined) {
      return { status: "invalid" };
    }
    const claims = verifyCompact(jws, algorithm, key.secret);
    return claims === null ? { status: "invalid" } : judgeClaims(claims, expected);
  }

  return {
    sign: async (type, claims) =>
      signCompact({ alg: algorithm, typ: type, kid: current.id }, claims, current.secret),
    verify: async (token, expected) => verify(token, expected),
  };
}

/** The identifier is drawn from the secret, so that replicas agree on it and a reader learns nothing. */
function keyOf(secret: string): Key {
  const id = sha256(deriveKey(secret, "key-id").toString("base64url")).slice(0, 12);
  return { id, secret: createSecretKey(secret, "utf8") };
}

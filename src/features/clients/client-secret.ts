import { equalInConstantTime, sha256 } from "../../kernel/bytes.ts";
import type { Platform } from "../../platform/platform.ts";

/** A new secret of 256 random bits, and the digest that is stored: with so many bits it cannot be reversed. */
export function newClientSecret(ctx: Platform): { secret: string; hash: string } {
  const secret = ctx.random.token(256);
  return { secret, hash: hashClientSecret(secret) };
}

/** Whether a secret has this digest; with null, for a client without a secret or an unknown one, in the same time. */
export function isClientSecret(secret: string, hash: string | null): boolean {
  return equalInConstantTime(hashClientSecret(secret), hash ?? hashOfNoSecret);
}

/** Compared with if there is no such client: no secret that is sent has this digest. */
const hashOfNoSecret = hashClientSecret("");

function hashClientSecret(secret: string): string {
  return sha256(secret);
}

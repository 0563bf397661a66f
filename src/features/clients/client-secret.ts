import { sha256 } from "../../kernel/bytes.ts";
import type { Platform } from "../../platform/platform.ts";

/** A secret to be shown once, and what is stored of it. */
export interface NewClientSecret {
  readonly secret: string;
  readonly hash: string;
}

/** A new secret: 256 random bits, so that a plain digest of it hides it for good. */
export function newClientSecret(ctx: Platform): NewClientSecret {
  const secret = ctx.random.token(256);
  return { secret, hash: hashClientSecret(secret) };
}

/** What is stored of a secret. */
export function hashClientSecret(secret: string): string {
  return sha256(secret);
}

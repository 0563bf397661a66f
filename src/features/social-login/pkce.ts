import { equalInConstantTime, sha256 } from "../../kernel/bytes.ts";
import type { Context } from "../../platform/platform.ts";

/** The secrets of one sign-in at a provider. */
export interface SignInSecrets {
  /** RFC 7636 §4.1. */
  readonly codeVerifier: string;
  /** OpenID Connect Core §3.1.2.1. */
  readonly nonce: string;
}

/** The two values that the secrets are derived from: one passes through the provider, the other stays in the browser. */
interface Origin {
  readonly stateId: string;
  readonly binding: string;
}

const purpose = "social-login-verifier";

/** The secrets of a new sign-in. They are derived and not stored: the same on every replica, and known to no browser. */
export function deriveSecrets(ctx: Context, origin: Origin): SignInSecrets {
  return secretsOf(ctx.secrets.digest(purpose, messageOf(origin)));
}

/** The secrets of the sign-in with this challenge, or null. Those from before a key change are found as well. */
export function findSecrets(ctx: Context, origin: Origin, challenge: string): SignInSecrets | null {
  const verifiers = ctx.secrets.digests(purpose, messageOf(origin));
  const found = verifiers.find((one) => equalInConstantTime(challengeOf(one), challenge));
  return found === undefined ? null : secretsOf(found);
}

/** The challenge of a verifier: S256 (RFC 7636 §4.2). */
export function challengeOf(codeVerifier: string): string {
  return sha256(codeVerifier);
}

function secretsOf(codeVerifier: string): SignInSecrets {
  return { codeVerifier, nonce: sha256(`nonce.${codeVerifier}`) };
}

function messageOf({ stateId, binding }: Origin): string {
  return `${stateId}.${binding}`;
}

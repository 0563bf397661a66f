import type { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordFailure } from "../audit/index.ts";
import type { PresentedIdentity } from "../identities/index.ts";
import { findCanonicalEmail } from "../users/index.ts";
import type { ProviderProfile, ProviderTokens } from "./provider.ts";

/** What a provider has said about a user, after every check. */
export interface ProvenProfile {
  /** The provider's name in its path. */
  readonly provider: string;
  readonly profile: ProviderProfile;
  /** Null where the provider's tokens are not at hand. */
  readonly tokens: ProviderTokens | null;
}

/** The identity to store. Only an address in canonical form is stored. */
export function identityOf({ provider, profile, tokens }: ProvenProfile): PresentedIdentity {
  const { issuer, subject, email } = profile;
  return {
    key: { provider, issuer, subject },
    email: email === null ? null : findCanonicalEmail(email),
    tokens,
  };
}

/** A refused sign-in or link, as it is recorded. */
interface Refusal {
  readonly action: AuditAction;
  readonly userId: string | null;
  readonly sessionId?: string;
  readonly by: string;
  readonly reason: string;
}

/** Records why a sign-in or a link is refused, and gives the error. */
export function refuse(ctx: Context, refusal: Refusal, error: AppError): AppError {
  const { by, reason, ...entry } = refusal;
  recordFailure(ctx, { ...entry, detail: { by, reason } });
  return error;
}

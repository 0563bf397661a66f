import type { Settings } from "../../platform/config/settings.ts";

/** This service as authenticators and browsers know it (WebAuthn §4, Relying Party). */
export interface RelyingParty {
  readonly id: string;
  /** The origins of the pages that may use its passkeys. */
  readonly origins: readonly string[];
  /** COSE algorithm identifiers (RFC 9053), the preferred one first: EdDSA, ES256, RS256. */
  readonly algorithms: readonly number[];
}

/** How long a challenge is valid, and a browser waits for its user. */
export const ceremonySeconds = 5 * 60;

const algorithms = [-8, -7, -257];

/** The relying party of the settings. */
export function relyingPartyOf({ webauthnRpId, webauthnOrigins }: Settings): RelyingParty {
  return { id: webauthnRpId, origins: webauthnOrigins, algorithms };
}

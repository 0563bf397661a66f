import { hash, timingSafeEqual } from "node:crypto";

import type { ClientData } from "./client-data.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { AuthenticatorData } from "./webauthn-library.ts";

/** One check of a ceremony. */
export interface Check<Facts> {
  /** Its name in the audit log. */
  readonly name: string;
  /** What the client of a registration is told. */
  readonly issue: string;
  readonly holds: (facts: Facts) => boolean;
}

/** What is known of every ceremony. */
export interface CeremonyFacts {
  readonly client: ClientData;
  /** Whether this ceremony's challenge was issued, for this user and session, is not expired, and was not used before. */
  readonly isChallengeIssued: boolean;
  readonly authenticator: AuthenticatorData;
  readonly relyingParty: RelyingParty;
}

/** The checks that registration and sign-in have in common, in the order of WebAuthn Level 3 §7.1 and §7.2. */
export function ceremonyChecks(type: "webauthn.create" | "webauthn.get"): Check<CeremonyFacts>[] {
  return [
    {
      name: "wrong_type",
      issue: "Is of another ceremony.",
      holds: ({ client }) => client.type === type,
    },
    {
      name: "wrong_challenge",
      issue: "The challenge is unknown, used or expired. Request new options.",
      holds: ({ isChallengeIssued }) => isChallengeIssued,
    },
    {
      name: "wrong_origin",
      issue: "The page's origin is not one of the origins that may use passkeys.",
      holds: ({ client, relyingParty }) => relyingParty.origins.includes(client.origin),
    },
    {
      // A frame of another site could present the dialog in a context that deceives the user.
      name: "cross_origin",
      issue: "Was created in a frame of another origin.",
      holds: ({ client }) => client.crossOrigin !== true && client.topOrigin === undefined,
    },
    {
      name: "wrong_relying_party",
      issue: "Is for another relying party.",
      holds: ({ authenticator, relyingParty }) =>
        timingSafeEqual(authenticator.rpIdHash, hash("sha256", relyingParty.id, "buffer")),
    },
    {
      name: "user_not_present",
      issue: "The user was not present.",
      holds: ({ authenticator }) => authenticator.flags.up,
    },
    {
      name: "user_not_verified",
      issue: "The authenticator did not verify the user.",
      holds: ({ authenticator }) => authenticator.flags.uv,
    },
    {
      name: "inconsistent_backup",
      issue: "Is backed up, but not eligible for it.",
      holds: ({ authenticator: { flags } }) => flags.be || !flags.bs,
    },
  ];
}

/** The first check that does not hold, or null. */
export function findFailedCheck<Facts>(
  checks: readonly Check<Facts>[],
  facts: Facts,
): Check<Facts> | null {
  return checks.find(({ holds }) => !holds(facts)) ?? null;
}

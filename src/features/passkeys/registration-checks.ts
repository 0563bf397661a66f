import { toBase64Url } from "../../kernel/bytes.ts";
import { type CeremonyFacts, ceremonyChecks, type Check } from "./checks.ts";
import type { Attestation, AttestedCredential } from "./webauthn-library.ts";

/** What is known of a registration before its attestation statement is verified. */
export interface RegistrationFacts extends CeremonyFacts {
  /** The id that the client states, base64url. */
  readonly statedId: string;
  readonly attestation: Attestation;
  readonly credential: AttestedCredential;
}

const maximumIdBytes = 1023;

/** The checks of WebAuthn Level 3 §7.1, in its order. That the credential is new is decided when it is stored. */
export const registrationChecks: readonly Check<RegistrationFacts>[] = [
  ...ceremonyChecks("webauthn.create"),
  {
    name: "wrong_algorithm",
    issue: "The key's algorithm is not one of the requested ones.",
    holds: ({ credential, relyingParty }) =>
      credential.algorithm !== null && relyingParty.algorithms.includes(credential.algorithm),
  },
  {
    // None is requested, so that a browser sends none or the key's own signature. Others would need a trust store.
    name: "attestation_not_requested",
    issue: "Has an attestation that was not requested.",
    holds: ({ attestation: { format, hasCertificates } }) =>
      format === "none" || (format === "packed" && !hasCertificates),
  },
  {
    name: "credential_id_too_long",
    issue: "The credential id is longer than 1023 bytes.",
    holds: ({ credential: { credentialId } }) =>
      credentialId.length > 0 && credentialId.length <= maximumIdBytes,
  },
  {
    name: "wrong_credential_id",
    issue: "Is not the id in the attestation object.",
    holds: ({ credential, statedId }) => toBase64Url(credential.credentialId) === statedId,
  },
];

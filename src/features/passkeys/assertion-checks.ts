import { type CeremonyFacts, ceremonyChecks, type Check } from "./checks.ts";
import type { FoundPasskey } from "./queries.ts";

/** What is known of a sign-in. */
export interface AssertionFacts extends CeremonyFacts {
  readonly passkey: FoundPasskey;
  /** The user whom the authenticator names, base64url; null if it names none. */
  readonly userHandle: string | null;
  /** The handle of the passkey's user. */
  readonly ownHandle: string;
  readonly isSignatureRight: boolean;
}

/** The checks of WebAuthn Level 3 §7.2, in its order. The passkey was found by its credential id. */
export const assertionChecks: readonly Check<AssertionFacts>[] = [
  {
    name: "wrong_user_handle",
    issue: "Is of another user.",
    holds: ({ userHandle, ownHandle }) => userHandle === ownHandle,
  },
  ...ceremonyChecks("webauthn.get"),
  {
    name: "changed_backup_eligibility",
    issue: "Eligibility for backup has changed.",
    holds: ({ authenticator, passkey }) => authenticator.flags.be === passkey.isBackupEligible,
  },
  {
    name: "wrong_signature",
    issue: "The signature is wrong.",
    holds: ({ isSignatureRight }) => isSignatureRight,
  },
  {
    // The key may have been copied: the copy and the original count separately.
    name: "sign_count_regress",
    issue: "The signature counter did not increase.",
    holds: ({ authenticator: { signCount }, passkey }) =>
      signCount > passkey.signCount || (signCount === 0 && passkey.signCount === 0),
  },
];

import { fromBase64Url } from "../../kernel/bytes.ts";
import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordFailure } from "../audit/index.ts";
import { assertionChecks } from "./assertion-checks.ts";
import { consumeChallenge } from "./challenges.ts";
import { findFailedCheck } from "./checks.ts";
import { readClientData } from "./client-data.ts";
import type { Assertion } from "./model.ts";
import { findPasskey, type FoundPasskey } from "./queries.ts";
import { relyingPartyOf } from "./relying-party.ts";
import { userHandleOf } from "./user-handle.ts";
import { readAuthenticatorData, verifyAssertion } from "./webauthn-library.ts";

/**
 * What a passkey proves (RFC 8176 §2): possession of a key, a present user, and two factors: the device, and the fingerprint or
 * PIN with which it verified the user. Not `hwk`: without attestation nothing shows that the key is in hardware.
 */
export const passkeyMethods: readonly string[] = ["pop", "user", "mfa"];

/** A passkey whose user has proven that they have it, and was verified by it. */
export interface ProvenPasskey {
  readonly passkey: FoundPasskey;
  /** The signature counter that was sent. */
  readonly signCount: number;
  readonly isBackedUp: boolean;
}

/** For what a passkey is proven. */
export interface PasskeyPurpose {
  /** The action under which a refusal is recorded. */
  readonly action: AuditAction;
  /** The user whose passkey it must be; null for a sign-in, where the passkey says who the user is. */
  readonly userId: string | null;
}

/**
 * Verifies an assertion (WebAuthn Level 3 §7.2). Its challenge is used up even if a check fails. A refusal is recorded with the
 * name of the check. The statement that acts on the proof writes it with `usePasskey`. Throws `INVALID_CREDENTIALS`.
 */
export async function provePasskey(
  ctx: Context,
  assertion: Assertion,
  { action, userId }: PasskeyPurpose,
): Promise<ProvenPasskey> {
  const refuse = (reason: string, owner: string | null = userId): AppError => {
    recordFailure(ctx, { action, userId: owner, detail: { by: "passkey", reason } });
    return passkeyRefused();
  };
  const { id, rawId, challenge_id: challengeId, response } = assertion;
  const client = readClientData(response.clientDataJSON);
  if (client === null) throw refuse("malformed");
  const { challenge } = client;
  const isChallengeIssued =
    isUuid(challengeId) &&
    (await consumeChallenge(
      ctx,
      { ceremony: "authentication", owner: null },
      { challenge, id: challengeId },
    ));
  const credentialId = fromBase64Url(id);
  const signed = fromBase64Url(response.authenticatorData);
  const authenticator = signed && (await readAuthenticatorData(signed));
  if (!credentialId || !authenticator || rawId !== id) throw refuse("malformed");
  const passkey = await findPasskey(ctx.db, credentialId);
  if (!passkey) throw refuse("unknown_passkey");
  const owner = passkey.user.id;
  if (userId !== null && userId !== owner) throw refuse("wrong_user");
  const relyingParty = relyingPartyOf(ctx.settings);
  const failed = findFailedCheck(assertionChecks, {
    client,
    isChallengeIssued,
    authenticator,
    relyingParty,
    passkey,
    userHandle: response.userHandle ?? null,
    ownHandle: userHandleOf(owner),
    isSignatureRight: await verifyAssertion(relyingParty, {
      credentialId: id,
      challenge,
      clientDataJson: response.clientDataJSON,
      authenticatorData: response.authenticatorData,
      signature: response.signature,
      publicKey: passkey.publicKey,
    }),
  });
  if (failed) throw refuse(failed.name, owner);
  return {
    passkey,
    signCount: authenticator.signCount,
    isBackedUp: authenticator.flags.bs,
  };
}

/** The error of every refused passkey, whatever the reason. The audit log has the reason. */
export function passkeyRefused(): AppError {
  return new AppError("INVALID_CREDENTIALS", "The passkey is not accepted.");
}

import type { Static } from "@sinclair/typebox";

import { fromBase64Url } from "../../kernel/bytes.ts";
import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { invalidToken } from "../tokens/index.ts";
import { consumeChallenge } from "./challenges.ts";
import { type Check, findFailedCheck } from "./checks.ts";
import { readClientData } from "./client-data.ts";
import { insertPasskey } from "./insert-passkey.ts";
import type { registerPasskeyBody } from "./model.ts";
import { isCredentialKnown, type PasskeyRecord } from "./queries.ts";
import { registrationChecks, type RegistrationFacts } from "./registration-checks.ts";
import { relyingPartyOf } from "./relying-party.ts";
import { readAttestation, verifyRegistration } from "./webauthn-library.ts";

type Registration = Static<typeof registerPasskeyBody>;

/** A reason for a refusal, and what the client is told. */
type Fault = Pick<Check<never>, "name" | "issue">;

const malformed: Fault = { name: "malformed", issue: "Is not the JSON of a new credential." };
const wrongAttestation: Fault = {
  name: "wrong_attestation",
  issue: "The attestation statement cannot be verified.",
};
const known: Fault = { name: "known_credential", issue: "Is registered already." };

/** The name of a passkey to which the user gives none. */
const defaultName = "Passkey";

/**
 * Adds a passkey to the signed-in user's account (WebAuthn Level 3 §7.1). The challenge is used up even if a check fails. A refusal
 * is recorded with the name of the check. Throws `VALIDATION_ERROR`, `INVALID_TOKEN` (the session ended meanwhile).
 */
export async function registerPasskey(
  ctx: Context<UserActor>,
  registration: Registration,
): Promise<PasskeyRecord> {
  const facts = await gatherFacts(ctx, registration);
  if (facts === null) throw refuse(ctx, malformed);
  const failed = findFailedCheck(registrationChecks, facts);
  if (failed) throw refuse(ctx, failed);
  const isVerified = await verifyRegistration(facts.relyingParty, {
    credentialId: registration.id,
    challenge: facts.client.challenge,
    clientDataJson: registration.response.clientDataJSON,
    attestationObject: registration.response.attestationObject,
  });
  if (!isVerified) throw refuse(ctx, wrongAttestation);
  const { credential, attestation } = facts;
  const { flags, signCount } = attestation.authenticator;
  const added = await insertPasskey(ctx, {
    name: registration.name ?? defaultName,
    credentialId: credential.credentialId,
    publicKey: credential.publicKey,
    signCount,
    transports: registration.response.transports ?? [],
    isBackupEligible: flags.be,
    isBackedUp: flags.bs,
    aaguid: credential.aaguid,
  });
  if (added) return added;
  if (await isCredentialKnown(ctx.db, credential.credentialId)) throw refuse(ctx, known);
  throw invalidToken();
}

/** What the response says, or null if it cannot be read. Consumes the challenge that it answers. */
async function gatherFacts(
  ctx: Context<UserActor>,
  { id, rawId, response }: Registration,
): Promise<RegistrationFacts | null> {
  const client = readClientData(response.clientDataJSON);
  if (client === null) return null;
  const binding = { ceremony: "registration", owner: ctx.actor } as const;
  const isChallengeIssued = await consumeChallenge(ctx, binding, client);
  const bytes = fromBase64Url(response.attestationObject);
  const attestation = bytes && (await readAttestation(bytes));
  const credential = attestation?.authenticator.attested ?? null;
  if (!attestation || !credential || rawId !== id) return null;
  return {
    client,
    isChallengeIssued,
    authenticator: attestation.authenticator,
    relyingParty: relyingPartyOf(ctx.settings),
    statedId: id,
    attestation,
    credential,
  };
}

function refuse(ctx: Context<UserActor>, { name: reason, issue }: Fault): AppError {
  const { userId, sessionId } = ctx.actor;
  recordFailure(ctx, { action: "user.passkey_added", userId, sessionId, detail: { reason } });
  return new AppError("VALIDATION_ERROR", "The passkey cannot be added.", {
    faults: [{ field: "response", issue }],
  });
}

import type { RelyingParty } from "./relying-party.ts";

/** What an authenticator signs (WebAuthn §6.1). */
export interface AuthenticatorData {
  readonly rpIdHash: Uint8Array;
  readonly flags: {
    /** User present, user verified, backup eligible, backed up. */
    readonly up: boolean;
    readonly uv: boolean;
    readonly be: boolean;
    readonly bs: boolean;
  };
  readonly signCount: number;
  /** Null in an assertion. */
  readonly attested: AttestedCredential | null;
}

/** A new credential (WebAuthn §6.5.1). */
export interface AttestedCredential {
  readonly credentialId: Uint8Array;
  /** A COSE_Key. */
  readonly publicKey: Uint8Array;
  /** Its COSE algorithm identifier, or null if it names none. */
  readonly algorithm: number | null;
  readonly aaguid: string;
}

/** An attestation object (WebAuthn §6.5.4). */
export interface Attestation {
  /** The identifier of the statement's format. */
  readonly format: string;
  readonly hasCertificates: boolean;
  readonly authenticator: AuthenticatorData;
}

/** The texts of a ceremony's response, base64url. */
interface SignedTexts {
  readonly credentialId: string;
  readonly challenge: string;
  readonly clientDataJson: string;
}

/**
 * The library, loaded at the first use: with it come 30 MB for formats of attestation that are refused here. It imports
 * `reflect-metadata` itself, but in an executable its dependency `tsyringe` runs before that, and throws.
 */
async function load() {
  await import("reflect-metadata");
  return import("@simplewebauthn/server");
}

/** Its parsers, in the same way. */
async function loadHelpers() {
  await import("reflect-metadata");
  return import("@simplewebauthn/server/helpers");
}

/** The attestation object in these bytes, or null if they are malformed. */
export async function readAttestation(bytes: Uint8Array<ArrayBuffer>): Promise<Attestation | null> {
  const { decodeAttestationObject } = await loadHelpers();
  return unlessThrown(async () => {
    const decoded = decodeAttestationObject(bytes);
    return {
      format: decoded.get("fmt"),
      hasCertificates: decoded.get("attStmt").get("x5c") !== undefined,
      authenticator: await parse(decoded.get("authData")),
    };
  });
}

/** The authenticator data in these bytes, or null if they are malformed. */
export function readAuthenticatorData(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<AuthenticatorData | null> {
  return unlessThrown(() => parse(bytes));
}

async function parse(bytes: Uint8Array<ArrayBuffer>): Promise<AuthenticatorData> {
  const helpers = await loadHelpers();
  const data = helpers.parseAuthenticatorData(bytes);
  const { rpIdHash, flags, counter: signCount, credentialID, credentialPublicKey, aaguid } = data;
  if (!credentialID || !credentialPublicKey || !aaguid) {
    return { rpIdHash, flags, signCount, attested: null };
  }
  const algorithm: unknown = helpers
    .decodeCredentialPublicKey(credentialPublicKey)
    .get(helpers.cose.COSEKEYS.alg);
  return {
    rpIdHash,
    flags,
    signCount,
    attested: {
      credentialId: credentialID,
      publicKey: credentialPublicKey,
      algorithm: typeof algorithm === "number" ? algorithm : null,
      aaguid: helpers.convertAAGUIDToString(aaguid),
    },
  };
}

/** Whether the library accepts a registration, whose attestation statement it verifies (WebAuthn §7.1). */
export async function verifyRegistration(
  { id: expectedRPID, origins, algorithms }: RelyingParty,
  input: SignedTexts & { readonly attestationObject: string },
): Promise<boolean> {
  const { verifyRegistrationResponse } = await load();
  const verified = await unlessThrown(() =>
    verifyRegistrationResponse({
      response: {
        id: input.credentialId,
        rawId: input.credentialId,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: input.clientDataJson,
          attestationObject: input.attestationObject,
        },
      },
      expectedChallenge: input.challenge,
      expectedOrigin: [...origins],
      expectedRPID,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...algorithms],
    }),
  );
  return verified?.verified === true;
}

/** Whether the library accepts an assertion, whose signature it verifies with this key (WebAuthn §7.2). */
export async function verifyAssertion(
  { id: expectedRPID, origins }: RelyingParty,
  input: SignedTexts & {
    readonly authenticatorData: string;
    readonly signature: string;
    readonly publicKey: Uint8Array;
  },
): Promise<boolean> {
  const { verifyAuthenticationResponse } = await load();
  const verified = await unlessThrown(() =>
    verifyAuthenticationResponse({
      response: {
        id: input.credentialId,
        rawId: input.credentialId,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: input.clientDataJson,
          authenticatorData: input.authenticatorData,
          signature: input.signature,
        },
      },
      expectedChallenge: input.challenge,
      expectedOrigin: [...origins],
      expectedRPID,
      requireUserVerification: true,
      // The library compares counters before it verifies the signature; below every counter, it leaves that to `assertionChecks`.
      credential: {
        id: input.credentialId,
        publicKey: Uint8Array.from(input.publicKey),
        counter: -1,
      },
    }),
  );
  return verified?.verified === true;
}

/** The library throws plain errors for everything that it refuses or cannot read. */
async function unlessThrown<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch {
    return null;
  }
}

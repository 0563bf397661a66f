import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

import { type CborValue, encodeCbor } from "./cbor.ts";

/** What a test makes wrong, or different, in a ceremony. Everything else is as the options ask. */
export interface Deviation {
  readonly type?: string;
  readonly challenge?: string;
  readonly origin?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly rpId?: string;
  /** User present, user verified, backup eligible, backed up. */
  readonly flags?: { up?: boolean; uv?: boolean; be?: boolean; bs?: boolean };
  readonly signCount?: number;
  /** In the attested data. */
  readonly credentialId?: Uint8Array;
  /** What the client states, beside what is signed. */
  readonly statedId?: string;
  readonly rawId?: string;
  /** The COSE algorithm that the key names. */
  readonly algorithm?: number;
  readonly format?: string;
  readonly statement?: ReadonlyMap<string, CborValue>;
  readonly attestationObject?: string;
  readonly clientDataJSON?: string;
  readonly authenticatorData?: string;
  readonly userHandle?: string | null;
  readonly signature?: Uint8Array;
}

/** The part of the options that an authenticator reads. */
interface Options {
  readonly challenge: string;
  readonly user?: { readonly id: string };
}

/** A passkey in software: a key of its own, and a counter that a test sets. */
export class SoftwarePasskey {
  readonly relyingParty: { readonly id: string; readonly origin: string };
  readonly credentialId: Uint8Array = randomBytes(32);
  signCount = 0;
  userHandle: string | null = null;
  readonly #algorithm: "ES256" | "EdDSA";
  readonly #keys: { publicKey: KeyObject; privateKey: KeyObject };

  constructor(
    relyingParty: SoftwarePasskey["relyingParty"],
    algorithm: "ES256" | "EdDSA" = "ES256",
  ) {
    this.relyingParty = relyingParty;
    this.#algorithm = algorithm;
    this.#keys =
      algorithm === "ES256"
        ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        : generateKeyPairSync("ed25519");
  }

  get id(): string {
    return encode(this.credentialId);
  }

  /** What a browser sends for a new credential (`RegistrationResponseJSON`), with the attestation `none`. */
  create(options: Options, deviation: Deviation = {}) {
    this.userHandle = options.user?.id ?? null;
    const { format = "none", statement = new Map() } = deviation;
    const attestation = new Map<string, CborValue>([
      ["fmt", format],
      ["attStmt", statement],
      ["authData", this.#authenticatorData(deviation, true)],
    ]);
    return {
      id: deviation.statedId ?? this.id,
      rawId: deviation.rawId ?? deviation.statedId ?? this.id,
      type: "public-key",
      authenticatorAttachment: "platform",
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        clientDataJSON: deviation.clientDataJSON ?? this.#clientData("create", options, deviation),
        attestationObject: deviation.attestationObject ?? encode(encodeCbor(attestation)),
        transports: ["internal", "hybrid"],
      },
    };
  }

  /** What a browser sends for a sign-in (`AuthenticationResponseJSON`). */
  get(options: Options, deviation: Deviation = {}) {
    const clientDataJSON = deviation.clientDataJSON ?? this.#clientData("get", options, deviation);
    const authenticatorData =
      deviation.authenticatorData ?? encode(this.#authenticatorData(deviation, false));
    const { userHandle = this.userHandle } = deviation;
    const signature =
      deviation.signature ?? this.#sign(decode(authenticatorData), decode(clientDataJSON));
    return {
      id: deviation.statedId ?? this.id,
      rawId: deviation.rawId ?? deviation.statedId ?? this.id,
      type: "public-key",
      clientExtensionResults: {},
      response: {
        clientDataJSON,
        authenticatorData,
        signature: encode(signature),
        ...(userHandle === null ? {} : { userHandle }),
      },
    };
  }

  #sign(authenticatorData: Uint8Array, clientData: Uint8Array): Buffer {
    const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
    return sign(this.#algorithm === "ES256" ? "sha256" : null, signed, this.#keys.privateKey);
  }

  #clientData(ceremony: "create" | "get", { challenge }: Options, deviation: Deviation): string {
    const { topOrigin, crossOrigin = false } = deviation;
    const data = {
      type: deviation.type ?? `webauthn.${ceremony}`,
      challenge: deviation.challenge ?? challenge,
      origin: deviation.origin ?? this.relyingParty.origin,
      crossOrigin,
      ...(topOrigin === undefined ? {} : { topOrigin }),
    };
    return encode(Buffer.from(JSON.stringify(data)));
  }

  #authenticatorData(deviation: Deviation, isAttested: boolean): Buffer {
    const { up = true, uv = true, be = true, bs = true } = deviation.flags ?? {};
    const { signCount = this.signCount } = deviation;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(signCount);
    const flags = bit(up, 0) | bit(uv, 2) | bit(be, 3) | bit(bs, 4) | bit(isAttested, 6);
    const attested = isAttested ? this.#attestedData(deviation) : Buffer.alloc(0);
    const rpIdHash = sha256(Buffer.from(deviation.rpId ?? this.relyingParty.id));
    return Buffer.concat([rpIdHash, Buffer.from([flags]), counter, attested]);
  }

  #attestedData({ credentialId = this.credentialId, algorithm }: Deviation): Buffer {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(credentialId.length);
    return Buffer.concat([Buffer.alloc(16), length, credentialId, this.#publicKey(algorithm)]);
  }

  /** A COSE_Key (RFC 9053 §7). */
  #publicKey(algorithm?: number): Buffer {
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    const isEllipticCurve = this.#algorithm === "ES256";
    return encodeCbor(
      new Map<number, CborValue>([
        [1, isEllipticCurve ? 2 : 1],
        [3, algorithm ?? (isEllipticCurve ? -7 : -8)],
        [-1, isEllipticCurve ? 1 : 6],
        [-2, decode(x)],
        ...(isEllipticCurve ? [[-3, decode(y)] as const] : []),
      ]),
    );
  }
}

function bit(isSet: boolean, place: number): number {
  return isSet ? 1 << place : 0;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function decode(text: string): Buffer {
  return Buffer.from(text, "base64url");
}

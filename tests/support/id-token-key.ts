import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

/** A key that a stand-in of a provider signs ID tokens with. */
export interface IdTokenKey {
  /** What the provider publishes. */
  readonly published: JWK;
  sign(claims: JWTPayload): Promise<string>;
}

/** Generates an RS256 key. */
export async function createIdTokenKey(kid: string = Bun.randomUUIDv7()): Promise<IdTokenKey> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const header = { alg: "RS256", kid, typ: "JWT" };
  return {
    published: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" },
    sign: (claims) => new SignJWT(claims).setProtectedHeader(header).sign(privateKey),
  };
}

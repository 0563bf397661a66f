import { createHmac } from "node:crypto";

/** The parts of a compact JWS, of any shape. */
export interface TokenParts {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

/** What a token says, unverified. */
export function decodeToken(token: string): TokenParts {
  const [header = "", claims = ""] = token.split(".");
  return { header: decodePart(header), claims: decodePart(claims) };
}

/** A compact JWS of the given parts, signed by `sign`; without one, its signature is empty. */
export function forgeToken(
  { header, claims }: { header: unknown; claims: unknown },
  sign: (input: string) => Buffer = () => Buffer.alloc(0),
): string {
  const input = `${encodePart(header)}.${encodePart(claims)}`;
  return `${input}.${sign(input).toString("base64url")}`;
}

/** Signs as HS256 does, or HS384 and HS512. */
export function hmac(key: string | Buffer, hash: "sha256" | "sha384" | "sha512" = "sha256") {
  return (input: string): Buffer => createHmac(hash, key).update(input).digest();
}

function encodePart(part: unknown): string {
  const text = typeof part === "string" ? part : JSON.stringify(part);
  return Buffer.from(text).toString("base64url");
}

function decodePart(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
}

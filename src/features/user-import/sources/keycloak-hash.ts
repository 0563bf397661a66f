import type { Members } from "../entries.ts";
import { objectOf, textOf, textsOf } from "./source.ts";

/** Keycloak's names of PBKDF2 with each digest, passlib's name, and the length of the digest. */
const pbkdf2 = new Map([
  ["pbkdf2", { name: "pbkdf2", bytes: 20 }],
  ["pbkdf2-sha256", { name: "pbkdf2-sha256", bytes: 32 }],
  ["pbkdf2-sha512", { name: "pbkdf2-sha512", bytes: 64 }],
]);

/** A hash that no reader knows: the import refuses it as such. */
const unknown = "unknown";

/** The hash of a password credential, in a form that an import accepts if its algorithm is known. */
export function keycloakHash(credential: Members): string {
  const secret = objectOf(credential, "secretData");
  const data = objectOf(credential, "credentialData");
  const [value, salt] = [textOf(secret, "value"), textOf(secret, "salt")];
  const iterations = data?.get("hashIterations");
  const algorithm = textOf(data, "algorithm") ?? "";
  if (value === null || salt === null || typeof iterations !== "number") return unknown;
  const digest = pbkdf2.get(algorithm);
  if (digest) return pbkdf2Hash(digest, iterations, salt, value);
  return algorithm === "argon2" ? argon2Hash(data, iterations, salt, value) : unknown;
}

/**
 * Keycloak derives 64 bytes with every digest. The first block of PBKDF2 does not depend on the length, so that the first bytes
 * are the hash of the digest's own length, which other software uses.
 */
function pbkdf2Hash(
  { name, bytes }: { name: string; bytes: number },
  iterations: number,
  salt: string,
  value: string,
): string {
  const key = Buffer.from(value, "base64").subarray(0, bytes);
  return `$${name}$${iterations}$${asPasslib(Buffer.from(salt, "base64"))}$${asPasslib(key)}`;
}

function argon2Hash(data: Members, iterations: number, salt: string, value: string): string {
  const parameters = objectOf(data, "additionalParameters");
  const parameter = (name: string): string => textsOf(parameters, name)[0] ?? "";
  if (parameter("version") !== "1.3") return unknown;
  const costs = `m=${parameter("memory")},t=${iterations},p=${parameter("parallelism")}`;
  const parts = [salt, value].map((part) => part.replace(/=+$/, ""));
  return `$argon2${parameter("type")}$v=19$${costs}$${parts.join("$")}`;
}

/** passlib's base64: without padding, and with a dot in place of the plus sign. */
function asPasslib(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", ".").replace(/=+$/, "");
}

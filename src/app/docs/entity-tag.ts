import { createHash } from "node:crypto";

/** A short hash of bytes or of a string. */
export function shortHash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("base64url").slice(0, 16);
}

/** Whether the client already has the representation with this tag (`If-None-Match`, RFC 9110 §13.1.2): the response is 304. */
export function clientHas(entityTag: string, { headers }: Request): boolean {
  const listed = headers.get("if-none-match");
  if (listed === null) return false;
  const tags = listed.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(entityTag) || listed.trim() === "*";
}

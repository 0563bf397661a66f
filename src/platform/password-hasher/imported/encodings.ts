/** The bytes of base64 (RFC 4648 §4) with or without padding, or null when it is not the canonical encoding. */
export function bytesOfBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  const plain = text.replace(/={1,2}$/, "");
  return bytes.toString("base64").replace(/=+$/, "") === plain ? bytes : null;
}

/** The bytes of passlib's variant of base64, which has a dot instead of the plus sign, or null. */
export function bytesOfPasslib(text: string): Buffer | null {
  return text.includes("+") ? null : bytesOfBase64(text.replaceAll(".", "+"));
}

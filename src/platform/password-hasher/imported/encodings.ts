/** The bytes of base64 (RFC 4648 §4) with or without its padding, or null when it is not as an encoder writes it. */
export function bytesOfBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  const plain = text.replace(/={1,2}$/, "");
  return bytes.toString("base64").replace(/=+$/, "") === plain ? bytes : null;
}

/** The same of passlib's variant, which has a dot in the place of the plus sign. */
export function bytesOfPasslib(text: string): Buffer | null {
  return text.includes("+") ? null : bytesOfBase64(text.replaceAll(".", "+"));
}

/** Hashes by the object identifiers of signature algorithms, in hexadecimal DER. MD5 and SHA-1 count as SHA-256 (RFC 5929 §4.1). */
const hashes = new Map([
  // RSA (RFC 8017, RFC 4055)
  ["2a864886f70d010104", "sha256"],
  ["2a864886f70d010105", "sha256"],
  ["2a864886f70d01010b", "sha256"],
  ["2a864886f70d01010c", "sha384"],
  ["2a864886f70d01010d", "sha512"],
  // ECDSA (RFC 5758)
  ["2a8648ce3d0401", "sha256"],
  ["2a8648ce3d040302", "sha256"],
  ["2a8648ce3d040303", "sha384"],
  ["2a8648ce3d040304", "sha512"],
]);

/** A value of DER: its content begins at `start` and ends before `end`. */
interface Value {
  readonly start: number;
  readonly end: number;
}

/** The hash of a certificate's signature algorithm (RFC 5280 §4.1.1.2), or null for one that names none. */
export function readSignatureHash(certificate: Buffer): string | null {
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { algorithm OBJECT IDENTIFIER, … }, … }
  const whole = readValue(certificate, 0);
  const signed = whole && readValue(certificate, whole.start);
  const algorithm = signed && readValue(certificate, signed.end);
  const identifier = algorithm && readValue(certificate, algorithm.start);
  if (!identifier) return null;
  return hashes.get(certificate.subarray(identifier.start, identifier.end).toString("hex")) ?? null;
}

/** Reads the tag and length at a position (X.690 §8.1). Null if the value does not lie within the buffer. */
function readValue(buffer: Buffer, position: number): Value | null {
  const first = buffer[position + 1];
  if (first === undefined) return null;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4 || position + 2 + lengthBytes > buffer.length) return null;
  const length = lengthBytes === 0 ? first : buffer.readUIntBE(position + 2, lengthBytes);
  const start = position + 2 + lengthBytes;
  const end = start + length;
  return end <= buffer.length ? { start, end } : null;
}

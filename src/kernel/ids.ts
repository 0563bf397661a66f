const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a string is a UUID in the form of this service's ids: lower case, with hyphens (RFC 9562 §4). */
export function isUuid(text: string): boolean {
  return uuidForm.test(text);
}

/** The lower bound of the UUIDv7 values (RFC 9562 §5.7) of a timestamp: all of an earlier one are below it, and no others. */
export function lowestIdOf(timestamp: Date): string {
  const time = Math.max(0, timestamp.getTime()).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** The 16 bytes of a UUID (RFC 9562 §4). */
export function bytesOfId(id: string): Uint8Array {
  return Uint8Array.from(Buffer.from(id.replaceAll("-", ""), "hex"));
}

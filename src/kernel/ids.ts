const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in the one form that ours have: lower case, with hyphens (RFC 9562 §4). */
export function isUuid(text: string): boolean {
  return uuidForm.test(text);
}

/** What no UUIDv7 (RFC 9562 §5.7) of this moment or of a later one is below, and every one of an earlier moment is. */
export function lowestIdOf(timestamp: Date): string {
  const time = Math.max(0, timestamp.getTime()).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in the one form that ours have: lower case, with hyphens (RFC 9562 §4). */
export function isUuid(text: string): boolean {
  return uuidForm.test(text);
}

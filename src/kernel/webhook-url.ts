const form = /^https?:\/\/[^\s\\?#@/\p{Cc}]+(?:\/[^\s\\?#\p{Cc}]*)?(?:\?[^\s\\#\p{Cc}]*)?$/iu;

/** The http or https URL of a webhook in its normal form. Null for any other string, and with a user, password or fragment. */
export function parseWebhookUrl(text: string): URL | null {
  return form.test(text) ? URL.parse(text) : null;
}

import { createHmac } from "node:crypto";

/** How every secret of a webhook begins (Standard Webhooks, "Signature scheme"). */
const prefix = "whsec_";
const shortestBytes = 24;
const longestBytes = 64;

/** The secret of these bytes, as receivers are given it. */
export function encodeWebhookSecret(bytes: Uint8Array): string {
  return `${prefix}${Buffer.from(bytes).toString("base64")}`;
}

/** The key in a secret: 24 to 64 bytes in base64 after `whsec_`. Null for any other string. */
export function decodeWebhookSecret(secret: string): Uint8Array | null {
  if (!secret.startsWith(prefix)) return null;
  const encoded = secret.slice(prefix.length);
  const key = Buffer.from(encoded, "base64");
  // Encoded again and compared, because the decoder skips characters that are not base64.
  const isKey = key.toString("base64") === encoded;
  return isKey && key.length >= shortestBytes && key.length <= longestBytes ? key : null;
}

/** A request of a webhook, as it is signed. */
export interface SignedRequest {
  readonly id: string;
  /** Whole seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** The value of `webhook-signature`: for each secret `v1,` and HMAC-SHA-256 of `id.timestamp.body` in base64, space-separated. */
export function signWebhook(
  secrets: readonly string[],
  { id, timestamp, body }: SignedRequest,
): string {
  const signatures = secrets.map((secret) => {
    const key = decodeWebhookSecret(secret);
    if (key === null) throw new Error("the secret of a webhook has no valid form");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return signatures.join(" ");
}

import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

import { encodeWebhookSecret } from "../../kernel/standard-webhooks.ts";
import type { Platform } from "../../platform/platform.ts";
import { webhooks } from "./table.ts";

const secretBytes = 32;

const secretsSchema = Type.Object({
  current: Type.String(),
  previous: Type.Union([
    Type.Object({ secret: Type.String(), endsAt: Type.String() }),
    Type.Null(),
  ]),
});

/** The secrets of a webhook. Until its end the previous one signs too. */
export type WebhookSecrets = Static<typeof secretsSchema>;

/** A new secret of 256 random bits, in the form of Standard Webhooks. */
export function newWebhookSecret({ random }: Platform): string {
  return encodeWebhookSecret(random.bytes(secretBytes));
}

/** The encrypted form that the row of this webhook stores. */
export function sealSecrets(ctx: Platform, id: string, secrets: WebhookSecrets): string {
  return ctx.secrets.seal(JSON.stringify(secrets), { column: webhooks.secrets, row: id });
}

/** The secrets in the row of this webhook, or null if its key is not in the settings. */
export function openSecrets(ctx: Platform, id: string, sealed: string): WebhookSecrets | null {
  const text = ctx.secrets.open(sealed, { column: webhooks.secrets, row: id });
  if (text === null) return null;
  const secrets: unknown = JSON.parse(text);
  return Value.Check(secretsSchema, secrets) ? secrets : null;
}

/** The secrets that sign now: the present one, and the previous one until its end. */
export function signingSecrets({ current, previous }: WebhookSecrets, now: Date): string[] {
  const isSigning = previous !== null && new Date(previous.endsAt) > now;
  return isSigning ? [current, previous.secret] : [current];
}

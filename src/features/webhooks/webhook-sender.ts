import { eq } from "drizzle-orm";

import { numericDate } from "../../kernel/clock.ts";
import { signWebhook } from "../../kernel/standard-webhooks.ts";
import type { DestinationKind, OutboundEvent, SendResult } from "../../platform/brokers/port.ts";
import { describeError } from "../../platform/db/errors.ts";
import type { Platform } from "../../platform/platform.ts";
import { resultOfError, resultOfResponse } from "./send-result.ts";
import { openSecrets, signingSecrets } from "./secrets.ts";
import { webhooks } from "./table.ts";

/** The id of the destination that `WEBHOOK_URL` names. */
const settingsDestination = "webhook";
const timeoutSeconds = 10;
/** Five days, of which the receiver's owner may need some to notice. Otherwise events wait without limit for one that is abandoned. */
const longestOutageSeconds = 5 * 86_400;

/** Webhooks: each event is a request of its own (Standard Webhooks), for the URL of the settings and those of the API. */
export function createWebhookKind(platform: Platform): DestinationKind {
  return {
    batchSize: 20,
    usersPerBatch: 1,
    concurrency: 16,
    longestPauseSeconds: 43_200,
    longestOutageSeconds,
    create(destinationId) {
      if (destinationId === settingsDestination && platform.settings.webhookUrl === null) {
        return null;
      }
      return {
        send: (events) => Promise.all(events.map((event) => send(platform, destinationId, event))),
        close: () => Promise.resolve(),
      };
    },
  };
}

/** Where a webhook's requests go, and what signs them. */
interface Target {
  readonly url: string;
  readonly secrets: readonly string[];
}

async function send(
  platform: Platform,
  destinationId: string,
  event: OutboundEvent,
): Promise<SendResult> {
  try {
    const target = await findTarget(platform, destinationId);
    return "kind" in target ? target : await post(platform, target, event);
  } catch (error) {
    platform.log.warn({ destination: destinationId, ...describeError(error) }, "webhook not read");
    return { kind: "unavailable", reason: "The webhook could not be read." };
  }
}

/** Read for each request: a change of the URL or the secret applies at once, on every replica. */
async function findTarget(platform: Platform, id: string): Promise<Target | SendResult> {
  const { db, clock, settings } = platform;
  if (id === settingsDestination) {
    const { webhookUrl, webhookSecret } = settings;
    if (webhookUrl !== null && webhookSecret !== null) {
      return { url: webhookUrl, secrets: [webhookSecret] };
    }
    return { kind: "unavailable", reason: "WEBHOOK_URL is not set on this replica." };
  }
  const [stored] = await db
    .select({ url: webhooks.url, sealed: webhooks.secrets })
    .from(webhooks)
    .where(eq(webhooks.id, id));
  if (!stored) return { kind: "failed", reason: "The webhook was deleted." };
  const secrets = openSecrets(platform, id, stored.sealed);
  if (secrets === null) {
    return {
      kind: "unavailable",
      reason:
        "The webhook's secret cannot be opened: ENCRYPTION_KEY_PREVIOUS must be the secret that sealed it, or the webhook's secret be rotated.",
    };
  }
  return { url: stored.url, secrets: signingSecrets(secrets, clock.now()) };
}

async function post(
  { clock, settings, httpClient }: Platform,
  { url, secrets }: Target,
  { id, body }: OutboundEvent,
): Promise<SendResult> {
  const timestamp = numericDate(clock.now());
  try {
    const response = await httpClient.send({
      url,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": signWebhook(secrets, { id, timestamp, body }),
      },
      body,
      mayBePrivate: settings.webhookAllowPrivate,
      timeoutSeconds,
      discardsBody: true,
      keepsConnection: true,
    });
    return resultOfResponse(response, clock.now());
  } catch (error) {
    return resultOfError(error);
  }
}

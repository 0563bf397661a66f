import type { OutboundEvent } from "../../../platform/brokers/port.ts";
import type { Platform } from "../../../platform/platform.ts";
import { events } from "../table.ts";
import type { ClaimedDelivery } from "./claim.ts";

/** The event as it is sent. A secret that has expired or cannot be opened is left out. */
export function toOutbound(ctx: Platform, delivery: ClaimedDelivery): OutboundEvent {
  const { eventId, type, key, attempts, createdAt, payload } = delivery;
  const data = { ...asObject(payload["data"]), ...openSecrets(ctx, delivery) };
  const { timestamp } = payload;
  return {
    id: eventId,
    type,
    key,
    body: JSON.stringify({ event_id: eventId, event_type: type, timestamp, data }),
    attempt: attempts,
    createdAt,
  };
}

function openSecrets(ctx: Platform, { eventId, sealed, sealedUntil }: ClaimedDelivery): object {
  if (sealed === null) return {};
  if (sealedUntil !== null && sealedUntil <= ctx.clock.now()) return {};
  const opened = ctx.secrets.open(sealed, { column: events.sealed, row: eventId });
  return opened === null ? {} : asObject(JSON.parse(opened));
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

import { and, inArray, notInArray, sql } from "drizzle-orm";

import type { Platform } from "../../platform/platform.ts";
import { eventDestinations } from "./table.ts";

/** The destinations that settings can name. The id of each is its kind. */
const settingDestinations = ["nats", "amqp", "redis", "kafka", "webhook"] as const;

/**
 * Makes the destinations of the settings those of the database, and one of them that of the audit log. A new one gets the events
 * from now on. One that is not in the settings any more is deleted; the retention job deletes its deliveries. One that was
 * disabled is tried again after a start. Writes only what differs: a start must not need space on the disk.
 */
export async function reconcileDestinations(ctx: Platform): Promise<void> {
  const stored = await ctx.db
    .select({
      id: eventDestinations.id,
      isDisabled: sql<boolean>`${eventDestinations.disabledAt} is not null`,
      isAuditStream: eventDestinations.isAuditStream,
    })
    .from(eventDestinations);
  const configured = findConfigured(ctx);
  const { auditStream } = ctx.settings;
  const isOfSettings = (id: string): boolean => settingDestinations.some((name) => name === id);
  if (stored.some(({ id }) => isOfSettings(id) && !configured.includes(id))) {
    await deleteRemoved(ctx, configured);
  }
  const active = stored.filter(({ isDisabled }) => !isDisabled).map(({ id }) => id);
  if (configured.some((id) => !active.includes(id))) await enable(ctx, configured);
  const streams = stored.filter(({ isAuditStream }) => isAuditStream).map(({ id }) => id);
  if (streams.join() !== (auditStream ?? "")) await setAuditStream(ctx);
  if (stored.length + configured.length > 0) warnAboutTokens(ctx);
}

async function deleteRemoved({ db, log }: Platform, configured: readonly string[]): Promise<void> {
  const isRemoved = and(
    inArray(eventDestinations.id, [...settingDestinations]),
    notInArray(eventDestinations.id, [...configured]),
  );
  const removed = await db
    .delete(eventDestinations)
    .where(isRemoved)
    .returning({ id: eventDestinations.id });
  for (const { id } of removed) {
    log.warn({ destination: id }, "event destination removed, with its undelivered events");
  }
}

async function enable({ db, clock }: Platform, configured: readonly string[]): Promise<void> {
  const createdAt = clock.now();
  await db
    .insert(eventDestinations)
    .values(configured.map((id) => ({ id, kind: id, createdAt })))
    .onConflictDoUpdate({
      target: eventDestinations.id,
      set: { disabledAt: null, disabledReason: null },
      setWhere: sql`${eventDestinations.disabledAt} is not null`,
    });
}

async function setAuditStream({ db, settings }: Platform): Promise<void> {
  const isStream = sql<boolean>`coalesce(${eventDestinations.id} = ${settings.auditStream}::text, false)`;
  await db
    .update(eventDestinations)
    .set({ isAuditStream: isStream })
    .where(sql`${eventDestinations.isAuditStream} <> ${isStream}`);
}

function warnAboutTokens({ log, settings }: Platform): void {
  if (!settings.eventsIncludeTokens || settings.environment !== "production") return;
  log.warn(
    {},
    "EVENTS_INCLUDE_TOKENS is true: events give their destinations the tokens that verify addresses",
  );
}

function findConfigured({ settings }: Platform): string[] {
  const isConfigured: Readonly<Record<(typeof settingDestinations)[number], boolean>> = {
    nats: settings.eventsNatsUrl !== null,
    amqp: settings.eventsAmqpUrl !== null,
    redis: settings.eventsRedisUrl !== null,
    kafka: settings.eventsKafkaBrokers !== null,
    webhook: settings.webhookUrl !== null,
  };
  return settingDestinations.filter((id) => isConfigured[id]);
}

import { sql } from "drizzle-orm";

import type { Platform } from "../../platform/platform.ts";
import { configuredDestinations } from "./configured-destinations.ts";
import { eventDestinations } from "./table.ts";

/**
 * Adds the destinations of the settings to those of the database, and makes one of them that of the audit log. A new one gets the
 * events from now on. One that was disabled is tried again after a start. One that these settings lack stays: another replica
 * may have it (`announceDestinations`). Writes only what differs: a start must not need space on the disk.
 */
export async function reconcileDestinations(ctx: Platform): Promise<void> {
  const stored = await ctx.db
    .select({
      id: eventDestinations.id,
      isDisabled: sql<boolean>`${eventDestinations.disabledAt} is not null`,
      isAuditStream: eventDestinations.isAuditStream,
    })
    .from(eventDestinations);
  const configured = configuredDestinations(ctx.settings);
  const { auditStream } = ctx.settings;
  const active = stored.filter(({ isDisabled }) => !isDisabled).map(({ id }) => id);
  if (configured.some((id) => !active.includes(id))) await enable(ctx, configured);
  const streams = stored.filter(({ isAuditStream }) => isAuditStream).map(({ id }) => id);
  if (streams.join() !== (auditStream ?? "")) await setAuditStream(ctx);
  if (stored.length + configured.length > 0) warnAboutTokens(ctx);
}

async function enable({ db, clock }: Platform, configured: readonly string[]): Promise<void> {
  const createdAt = clock.now();
  await db
    .insert(eventDestinations)
    .values(configured.map((id) => ({ id, kind: id, createdAt, announcedAt: createdAt })))
    .onConflictDoUpdate({
      target: eventDestinations.id,
      set: {
        disabledAt: null,
        disabledReason: null,
        retryAt: null,
        failures: 0,
        unavailableSince: null,
      },
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

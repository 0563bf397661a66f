import { and, lt, type SQL, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { describeError } from "../../platform/db/errors.ts";
import type { Platform } from "../../platform/platform.ts";
import type { CachedSession } from "./cached-records.ts";
import { sessions } from "../sessions/index.ts";

/** A session's last use is written at most this often. */
const resolutionMilliseconds = 60_000;
/** Uses are collected for this long and written in one statement. */
const collectingMilliseconds = 1000;

/** Writes `last_used_at` of sessions, and when browser sessions end, without a statement for each request. */
export interface SessionActivity {
  /** Records that the session was used at `now`, in milliseconds since 1970. */
  note(session: Pick<CachedSession, "id" | "notedAsUsedAt">, now: number): void;
}

/** The use of a browser session postpones its end, as a refresh does, unless it has ended meanwhile. */
function slid({ settings }: Platform, now: Date): SQL {
  const at = sql`${sql.param(now, sessions.expiresAt)}::timestamptz`;
  const end = sql`${sql.param(addSeconds(now, settings.jwtRefreshTokenTtlSeconds), sessions.expiresAt)}::timestamptz`;
  const isBrowserSession = sql`${sessions.browserTokenHash} is not null and ${sessions.expiresAt} > ${at}`;
  return sql`case when ${isBrowserSession} then least(${end}, ${sessions.absoluteExpiresAt}) else ${sessions.expiresAt} end`;
}

/** Uses of the last second are lost if the process ends, and a write that fails is only logged. */
export function createSessionActivity(platform: Platform): SessionActivity {
  const { clock, db, log } = platform;
  let used = new Set<string>();

  async function write(): Promise<void> {
    // As one parameter: the statement is the same for any number of sessions.
    const ids = `{${[...used].join(",")}}`;
    used = new Set();
    const now = clock.now();
    // Another replica may have written it already.
    const isDue = lt(sessions.lastUsedAt, addSeconds(now, -resolutionMilliseconds / 1000));
    // Locked rows are skipped: their transaction may be waiting for another of these rows.
    const due = db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(sql`${sessions.id} = any(${ids}::text::uuid[])`, isDue))
      .for("no key update", { skipLocked: true });
    await db
      .update(sessions)
      .set({ lastUsedAt: now, expiresAt: slid(platform, now) })
      .where(sql`${sessions.id} = any(array(${due}))`);
  }

  function writeSoon(): void {
    const timer = setTimeout(() => {
      write().catch((error: unknown) => {
        log.warn(describeError(error), "the last use of sessions was not written");
      });
    }, collectingMilliseconds);
    timer.unref();
  }

  return {
    note(session, now) {
      if (now - session.notedAsUsedAt < resolutionMilliseconds) return;
      session.notedAsUsedAt = now;
      if (used.size === 0) writeSoon();
      used.add(session.id);
    },
  };
}

import { and, lt, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { describeError } from "../../platform/db/errors.ts";
import type { Platform } from "../../platform/platform.ts";
import type { CachedToken } from "./token-cache.ts";
import { sessions } from "../sessions/index.ts";

/** A session's last use is written at most this often. */
const resolutionMilliseconds = 60_000;
/** Uses are gathered for so long and written in one statement. */
const gatheringMilliseconds = 1000;

/** Keeps `last_used_at` of sessions, without a write for each request. */
export interface SessionActivity {
  /** A token of the session was used at `now`, in milliseconds since 1970. */
  note(known: CachedToken, now: number): void;
}

/** Best effort: what was gathered last is lost with the process, and a failing write is only logged. */
export function createSessionActivity(platform: Platform): SessionActivity {
  const { clock, db, log } = platform;
  let used = new Set<string>();

  async function write(): Promise<void> {
    // As one text: the statement is the same for any number of sessions.
    const ids = `{${[...used].join(",")}}`;
    used = new Set();
    const now = clock.now();
    // Other replicas, and the session's other tokens, may have been faster.
    const isDue = lt(sessions.lastUsedAt, addSeconds(now, -resolutionMilliseconds / 1000));
    // Nor is it waited for whoever is changing a session, and perhaps waits for another of these.
    const due = db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(sql`${sessions.id} = any(${ids}::text::uuid[])`, isDue))
      .for("no key update", { skipLocked: true });
    await db
      .update(sessions)
      .set({ lastUsedAt: now })
      .where(sql`${sessions.id} = any(array(${due}))`);
  }

  function writeSoon(): void {
    const timer = setTimeout(() => {
      write().catch((error: unknown) => {
        log.warn(describeError(error), "the last use of sessions was not written");
      });
    }, gatheringMilliseconds);
    timer.unref();
  }

  return {
    note(known, now) {
      if (now - known.notedAsUsedAt < resolutionMilliseconds) return;
      known.notedAsUsedAt = now;
      if (used.size === 0) writeSoon();
      used.add(known.actor.sessionId);
    },
  };
}

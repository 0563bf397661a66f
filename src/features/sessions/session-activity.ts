import { and, inArray, lt } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { describeError } from "../../platform/db/errors.ts";
import type { Platform } from "../../platform/platform.ts";
import type { KnownToken } from "./known-tokens.ts";
import { sessions } from "./table.ts";

/** A session's last use is written at most this often. */
const resolutionSeconds = 60;
/** Uses are gathered for so long and written in one statement. */
const gatheringSeconds = 5;

/** Keeps `last_used_at` of sessions, without a write for each request. */
export interface SessionActivity {
  note(known: KnownToken): void;
}

/** Best effort: what was gathered is lost with the process, and a failing write is only logged. */
export function createSessionActivity(platform: Platform): SessionActivity {
  const { clock, db, log } = platform;
  let used = new Set<string>();

  async function write(): Promise<void> {
    const ids = [...used];
    used = new Set();
    const now = clock.now();
    await db
      .update(sessions)
      .set({ lastUsedAt: now })
      .where(
        and(
          inArray(sessions.id, ids),
          lt(sessions.lastUsedAt, addSeconds(now, -resolutionSeconds)),
        ),
      );
  }

  function writeSoon(): void {
    const timer = setTimeout(() => {
      write().catch((error: unknown) => {
        log.warn(describeError(error), "the last use of sessions was not written");
      });
    }, gatheringSeconds * 1000);
    timer.unref();
  }

  return {
    note(known) {
      const now = clock.now().getTime();
      if (now - known.notedAsUsedAt < resolutionSeconds * 1000) return;
      known.notedAsUsedAt = now;
      if (used.size === 0) writeSoon();
      used.add(known.actor.sessionId);
    },
  };
}

import type { ChangeFeed } from "../../src/platform/db/change-feed.ts";

/** Resolves after a feed's next notification about the session or user with this id, when all listeners have it. */
export function nextChange(changes: ChangeFeed, id: string): Promise<void> {
  return new Promise((resolve) => {
    changes.subscribe((change) => {
      if (change.id === id) resolve();
    });
  });
}

import type { ChangeFeed } from "../../src/platform/db/change-feed.ts";

/** Resolves when a feed next tells of a change of the session or user with this id, and everybody else was told too. */
export function hearing(changes: ChangeFeed, id: string): Promise<void> {
  return new Promise((resolve) => {
    changes.subscribe((change) => {
      if (change.id === id) resolve();
    });
  });
}

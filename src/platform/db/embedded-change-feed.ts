import { type ChangeFeed, changeChannel, createListeners, parseChange } from "./change-feed.ts";

/** The part of the embedded database that a feed needs. */
interface Listening {
  listen(channel: string, handle: (payload: string) => void): Promise<() => void>;
}

/** The feed of the embedded database, which has no other replica and no connection that could be lost. */
export function createEmbeddedChangeFeed(client: () => Promise<Listening>): ChangeFeed {
  const listeners = createListeners();
  let unlisten: (() => void) | null = null;

  return {
    isLive: () => unlisten !== null,
    whenLive: () => Promise.resolve(unlisten !== null),
    isListening: () => unlisten !== null,
    subscribe: listeners.subscribe,
    announce: listeners.notify,
    async start() {
      const connection = await client();
      unlisten ??= await connection.listen(changeChannel, (payload) =>
        listeners.notify(parseChange(payload)),
      );
    },
    stop() {
      unlisten?.();
      unlisten = null;
      return Promise.resolve();
    },
  };
}

import { type ChangeFeed, changeChannel, createListeners, parseChange } from "./change-feed.ts";

/** The part of the embedded database that a feed needs. */
interface Listening {
  listen(channel: string, handle: (payload: string) => void): Promise<() => Promise<void>>;
}

/** The feed of the embedded database: there is no other replica and no connection to lose. */
export function createEmbeddedChangeFeed(client: () => Promise<Listening>): ChangeFeed {
  const listeners = createListeners();
  let unlisten: (() => Promise<void>) | null = null;

  return {
    isLive: () => unlisten !== null,
    subscribe: listeners.subscribe,
    announce: listeners.tell,
    async start() {
      const connection = await client();
      unlisten ??= await connection.listen(changeChannel, (payload) =>
        listeners.tell(parseChange(payload)),
      );
    },
    async stop() {
      const end = unlisten;
      unlisten = null;
      await end?.();
    },
  };
}

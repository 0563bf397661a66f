import { DataDirectoryInUseError } from "./data-directory-lock.ts";
import {
  type EmbeddedPostgresOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "./embedded-postgres.ts";
import { joinServer } from "./embedded-socket-client.ts";
import { listenForCommands } from "./embedded-socket-server.ts";

/**
 * Starts the embedded Postgres as `startEmbeddedPostgres` does, for a server: commands on the same data directory use it through a
 * socket. `onSocketError` is called if that cannot be created; the server runs without it.
 */
export async function startForCommands(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(options);
  const socket = await listenForCommands(postgres, options).catch((error: unknown) => {
    options.onSocketError?.(error);
    return null;
  });
  return {
    ...postgres,
    close() {
      socket?.close();
      return postgres.close();
    },
  };
}

/** Starts the embedded Postgres for a command, or uses that of the server that runs on the data directory. */
export async function startOrJoin(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres(options);
  } catch (error) {
    if (!(error instanceof DataDirectoryInUseError)) throw error;
    const joined = await joinServer(options.dataDir);
    if (!joined) throw error;
    return joined;
  }
}

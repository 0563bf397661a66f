import { createServer, type Socket } from "node:net";

import { listenOnSparePort } from "./listen.ts";

/** A server that answers the start of a connection as a pooler does, and each statement with no row. */
export interface PoolerStandIn extends AsyncDisposable {
  readonly url: string;
}

/** Starts one. A connection is refused (08P01) when its first message contains what `refuses` accepts. */
export async function startPoolerStandIn(
  refuses: (opening: string) => boolean,
): Promise<PoolerStandIn> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let hasStarted = false;
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      if (hasStarted) return void socket.write(message("C", "SELECT 0\0") + ready);
      hasStarted = true;
      if (refuses(chunk.toString("latin1"))) {
        return void socket.end(message("E", "SFATAL\0VFATAL\0C08P01\0Mrefused\0\0"), "latin1");
      }
      socket.write(message("R", "\0\0\0\0") + message("K", "\0\0\0\u0007\0\0\0\u0007") + ready);
    });
  });
  const port = await listenOnSparePort(server);
  return {
    url: `postgres://u:p@127.0.0.1:${port}/d?sslmode=disable`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** A message of the protocol of Postgres whose text has one byte for each character. */
function message(type: string, text: string): string {
  return `${type}\0\0\0${String.fromCharCode(text.length + 4)}${text}`;
}

/** "ReadyForQuery", outside a transaction. */
const ready = message("Z", "I");

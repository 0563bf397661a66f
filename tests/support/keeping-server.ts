import { createServer, type Socket } from "node:net";

import { listenOnSparePort } from "./listen.ts";

/** A server that keeps its connections open for further requests. */
export interface KeepingServer extends AsyncDisposable {
  readonly port: number;
  connections(): number;
  requests(): number;
}

/** Starts a server that calls `answer` with the number of the request, when it has received one that ends in `{}`. */
export async function startKeepingServer(
  answer: (socket: Socket, count: number) => void,
): Promise<KeepingServer> {
  const sockets: Socket[] = [];
  let requests = 0;
  const server = createServer((socket) => {
    sockets.push(socket);
    let received = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (!received.endsWith("\r\n\r\n{}")) return;
      received = "";
      requests += 1;
      answer(socket, requests);
    });
  });
  const port = await listenOnSparePort(server);
  return {
    port,
    connections: () => sockets.length,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

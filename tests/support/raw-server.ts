import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

/** A server that writes its responses byte by byte, as no HTTP library would. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  /** What clients have sent so far, one text for each connection. */
  readonly requests: readonly string[];
}

/** How a raw server is reached. Default: 127.0.0.1, a spare port, without TLS. */
export interface RawServerOptions {
  readonly host?: string;
  readonly port?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts a server that calls `answer` when it has received the headers of a request. */
export async function startRawServer(
  answer: (socket: Socket) => void,
  { host = "127.0.0.1", port = 0, tls }: RawServerOptions = {},
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    const place = requests.push("") - 1;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      const before = requests[place] ?? "";
      const now = before + chunk.toString("latin1");
      requests[place] = now;
      if (!before.includes("\r\n\r\n") && now.includes("\r\n\r\n")) answer(socket);
    });
  };
  const server: Server = tls ? createTlsServer(tls, accept) : createServer(accept);
  const listening = Promise.withResolvers<void>();
  server.on("error", listening.reject);
  server.listen(port, host, listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  return {
    port: address.port,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

import { connect, createServer, type Socket } from "node:net";

/** A network path to a server on 127.0.0.1 that can be cut without either end being told. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Bytes that clients have sent so far. */
  readonly bytesSent: number;
  /** How many connections clients have opened so far. */
  readonly connections: number;
  /** From now on the present connections stay open and carry nothing; new ones work. */
  cutSilently(): void;
}

/** Starts a proxy to a port on 127.0.0.1. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let epoch = 0;
  let bytesSent = 0;
  let connections = 0;
  const server = createServer((client) => {
    const ownEpoch = epoch;
    const target = connect(targetPort, "127.0.0.1");
    connections += 1;
    const carry = (from: Socket, to: Socket, count: (length: number) => void): void => {
      sockets.add(from);
      from.on("data", (chunk: Buffer) => {
        count(chunk.length);
        if (ownEpoch === epoch) to.write(chunk);
      });
      from.on("end", () => {
        if (ownEpoch === epoch) to.end();
      });
      from.on("error", () => undefined);
      from.on("close", () => sockets.delete(from));
    };
    carry(client, target, (length) => {
      bytesSent += length;
    });
    carry(target, client, () => undefined);
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    get bytesSent() {
      return bytesSent;
    },
    get connections() {
      return connections;
    },
    cutSilently() {
      epoch += 1;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

import { connect, createServer, type Socket } from "node:net";

import { listenOnSparePort } from "./listen.ts";

/** Answers that are on their way for as long as a test wants. */
export interface HeldAnswers {
  /** How many pieces of responses are held. */
  readonly count: number;
  /** Lets them arrive, in order; from now on none is held. */
  release(): void;
}

/** A network path to a server on 127.0.0.1 that can be cut without a signal to either end. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Bytes that clients have sent so far. */
  readonly bytesSent: number;
  /** How many connections clients have opened so far. */
  readonly connections: number;
  /** From now on the present connections stay open and carry nothing; new ones work. */
  cutSilently(): void;
  /** From now on responses are held back on the connections that are chosen by the first bytes which their client sent. */
  holdAnswers(isChosen: (opening: string) => boolean): HeldAnswers;
  /** From now on each response is on its way for so much longer. */
  delayAnswers(milliseconds: number): void;
}

/** Starts a proxy to a port on 127.0.0.1. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let epoch = 0;
  let bytesSent = 0;
  let connections = 0;
  let delayMilliseconds = 0;
  let hold: { isChosen: (opening: string) => boolean; pieces: (() => void)[] } | null = null;
  const server = createServer((client) => {
    const ownEpoch = epoch;
    let opening = "";
    const target = connect(targetPort, "127.0.0.1");
    connections += 1;
    const carry = (from: Socket, to: Socket, look: (chunk: Buffer) => void): void => {
      sockets.add(from);
      from.on("data", (chunk: Buffer) => {
        look(chunk);
        if (from === target && hold?.isChosen(opening) === true)
          hold.pieces.push(() => void to.write(chunk));
        else if (from === target && delayMilliseconds > 0)
          setTimeout(() => void to.write(chunk), delayMilliseconds);
        else if (ownEpoch === epoch) to.write(chunk);
      });
      from.on("end", () => {
        if (ownEpoch === epoch) to.end();
      });
      from.on("error", () => undefined);
      from.on("close", () => sockets.delete(from));
    };
    carry(client, target, (chunk) => {
      bytesSent += chunk.length;
      // A client of Postgres may ask for TLS first, in eight bytes that say nothing of it.
      if (opening.length <= 8) opening += chunk.toString("latin1");
    });
    carry(target, client, () => undefined);
  });
  const port = await listenOnSparePort(server);
  return {
    port,
    get bytesSent() {
      return bytesSent;
    },
    get connections() {
      return connections;
    },
    cutSilently() {
      epoch += 1;
    },
    holdAnswers(isChosen) {
      const pieces: (() => void)[] = [];
      hold = { isChosen, pieces };
      return {
        get count() {
          return pieces.length;
        },
        release() {
          hold = null;
          for (const arrive of pieces.splice(0)) arrive();
        },
      };
    },
    delayAnswers(milliseconds) {
      delayMilliseconds = milliseconds;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

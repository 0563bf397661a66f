import { connect, type Socket } from "node:net";

import { errorCode } from "../config/read-given.ts";
import { EngineError, type QueryOptions } from "./embedded-client.ts";
import type { Parameters as StatementParameters, QueryResult } from "./embedded-messages.ts";
import type { EmbeddedPostgres } from "./embedded-postgres.ts";
import { readReplies, sendMessage, type SocketRequest, socketPathOf } from "./embedded-socket.ts";

/** The database of a server that runs on the data directory; null where no server listens. */
export async function joinServer(dataDir: string): Promise<EmbeddedPostgres | null> {
  const socket = await findSocket(socketPathOf(dataDir));
  if (!socket) return null;
  const ask = createAsker(socket);

  async function query<Row>(
    text: string,
    parameters: StatementParameters = [],
    { rowMode = "object", timeoutSeconds }: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    const result = await ask({ kind: "query", text, parameters, rowMode, timeoutSeconds });
    return asResult<Row>(result);
  }

  return {
    isJoined: true,
    client: {
      query,
      execute: (text) => ask({ kind: "execute", text }).then(() => undefined),
      transaction: () => Promise.reject(new Error(onlyStopped)),
      listen: () => Promise.reject(new Error(onlyStopped)),
      close: () => Promise.resolve(),
    },
    backUp: (write) => ask({ kind: "backup" }, write).then(() => undefined),
    close() {
      socket.end();
      return Promise.resolve();
    },
  };
}

const onlyStopped = "A server runs on this data directory: stop it before this command.";

type Ask = (
  request: SocketRequest,
  onPart?: (bytes: Uint8Array) => Promise<void>,
) => Promise<QueryResult>;

/** Sends one request at a time: a reply does not name its request. */
function createAsker(socket: Socket): Ask {
  const replies = readReplies(socket);
  let last: Promise<unknown> = Promise.resolve();

  async function exchange(...[request, onPart]: Parameters<Ask>): Promise<QueryResult> {
    await sendMessage(socket, request);
    for (;;) {
      const next = await replies.next();
      if (next.done === true) throw new Error("the server on this data directory has stopped");
      const reply = next.value;
      if (reply.kind === "failure") throw new EngineError(reply.fault);
      if (reply.kind === "result") return reply.result;
      await onPart?.(reply.bytes);
    }
  }

  return (...call) => {
    const result = last.then(() => exchange(...call));
    last = result.catch(() => undefined);
    return result;
  };
}

/** Null where no process listens: the socket is missing, or a killed process has left it. */
function findSocket(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error) => {
      if (["ENOENT", "ECONNREFUSED"].includes(errorCode(error))) resolve(null);
      else reject(error);
    });
  });
}

/** The rows have the type that the sender of the statement expects. */
function asResult<Row>(result: QueryResult): QueryResult<Row> {
  return result as QueryResult<Row>;
}

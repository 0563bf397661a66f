import { chmodSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";

import type { EmbeddedPostgres } from "./embedded-postgres.ts";
import type { EngineFault } from "./embedded-messages.ts";
import {
  readRequests,
  sendMessage,
  type SocketReply,
  type SocketRequest,
  socketPathOf,
} from "./embedded-socket.ts";

/** Listens for commands that use the database of this process. */
export interface CommandSocket {
  close(): void;
}

/**
 * Listens on `DATA_DIR/gatehouse.sock` (mode 0600) and executes the statements of commands among those of this process. Throws
 * where that cannot be created, as on a path of more than 107 bytes. The process has locked the directory.
 */
export async function listenForCommands(
  postgres: EmbeddedPostgres,
  dataDir: string,
): Promise<CommandSocket> {
  const path = socketPathOf(dataDir);
  // A process that was killed leaves its socket.
  rmSync(path, { force: true });
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    socket.on("error", () => socket.destroy());
    serveConnection(socket, postgres).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(path, resolve);
  });
  chmodSync(path, 0o600);
  server.unref();
  return {
    close() {
      server.close();
      for (const socket of connections) socket.destroy();
      rmSync(path, { force: true });
    },
  };
}

async function serveConnection(socket: Socket, postgres: EmbeddedPostgres): Promise<void> {
  for await (const request of readRequests(socket)) {
    try {
      await reply(socket, postgres, request);
    } catch (error) {
      await sendMessage(socket, { kind: "failure", fault: faultOf(error) });
    }
  }
  socket.end();
}

async function reply(
  socket: Socket,
  { client, backUp }: EmbeddedPostgres,
  request: SocketRequest,
): Promise<void> {
  const done: SocketReply = { kind: "result", result: { rows: [] } };
  switch (request.kind) {
    case "query": {
      const { text, parameters, rowMode, timeoutSeconds } = request;
      const options = { rowMode, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) };
      const result = await client.query(text, parameters, options);
      return sendMessage(socket, { kind: "result", result });
    }
    case "execute":
      await client.execute(request.text);
      return sendMessage(socket, done);
    case "backup":
      await backUp((bytes) => sendMessage(socket, { kind: "part", bytes }));
      return sendMessage(socket, done);
  }
}

function faultOf(error: unknown): EngineFault {
  const textOf = (name: string): string | null => {
    const value: unknown = error instanceof Error ? Reflect.get(error, name) : null;
    return typeof value === "string" ? value : null;
  };
  return {
    message: textOf("message") ?? "unknown error",
    code: textOf("code"),
    constraint: textOf("constraint"),
    table: textOf("table"),
  };
}

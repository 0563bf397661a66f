import { rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";

import { withDeadline } from "./deadline.ts";
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from "./embedded-postgres.ts";
import { describeFault } from "./embedded-messages.ts";
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

/** Where to listen for commands, and how their requests are limited. */
export interface CommandSocketOptions extends Pick<
  EmbeddedPostgresOptions,
  "dataDir" | "beforeCommandStatement"
> {
  /** How long a command may take for one part of a backup, during which there is no maintenance. Default: a minute. */
  readonly partTimeoutSeconds?: number;
}

/** Read and write for the owner of the socket alone. */
const socketMask = 0o177;

/**
 * Listens on `DATA_DIR/gatehouse.sock` (mode 0600) and executes the statements of commands among those of this process. Throws
 * where that cannot be created, as on a path of more than 107 bytes. The process has locked the directory.
 */
export async function listenForCommands(
  postgres: EmbeddedPostgres,
  options: CommandSocketOptions,
): Promise<CommandSocket> {
  const path = socketPathOf(options.dataDir);
  // A process that was killed leaves its socket.
  rmSync(path, { force: true });
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    socket.on("error", () => socket.destroy());
    serveConnection(socket, postgres, options).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    // The socket is created in this call, with its mode.
    const before = process.umask(socketMask);
    server.once("error", reject).listen(path, resolve);
    process.umask(before);
  });
  server.unref();
  return {
    close() {
      server.close();
      for (const socket of connections) socket.destroy();
      rmSync(path, { force: true });
    },
  };
}

async function serveConnection(
  socket: Socket,
  postgres: EmbeddedPostgres,
  options: CommandSocketOptions,
): Promise<void> {
  for await (const request of readRequests(socket)) {
    try {
      await reply(socket, postgres, request, options);
    } catch (error) {
      await sendMessage(socket, { kind: "failure", fault: describeFault(error) });
    }
  }
  socket.end();
}

async function reply(
  socket: Socket,
  { client, backUp }: EmbeddedPostgres,
  request: SocketRequest,
  { beforeCommandStatement, partTimeoutSeconds = 60 }: CommandSocketOptions,
): Promise<void> {
  const done: SocketReply = { kind: "result", result: { rows: [] } };
  switch (request.kind) {
    case "query": {
      const { text, parameters, rowMode, timeoutSeconds } = request;
      const limits = { rowMode, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) };
      await beforeCommandStatement?.(client);
      const result = await client.query(text, parameters, limits);
      return sendMessage(socket, { kind: "result", result });
    }
    case "execute":
      await beforeCommandStatement?.(client);
      await client.execute(request.text);
      return sendMessage(socket, done);
    case "backup":
      await backUp((bytes) =>
        withDeadline(sendMessage(socket, { kind: "part", bytes }), partTimeoutSeconds).catch(
          (error: unknown) => {
            throw new Error("the command took no part of the backup in time", { cause: error });
          },
        ),
      );
      return sendMessage(socket, done);
  }
}

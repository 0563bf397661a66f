import type { Socket } from "node:net";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";

import type { EngineFault, Parameters, QueryResult, RowMode } from "./embedded-messages.ts";

/** What a command asks of the process that has the embedded database. It sends the next request after the reply. */
export type SocketRequest =
  | {
      readonly kind: "query";
      readonly text: string;
      readonly parameters: Parameters;
      readonly rowMode: RowMode;
      readonly timeoutSeconds: number | undefined;
    }
  | { readonly kind: "execute"; readonly text: string }
  | { readonly kind: "backup" };

/** What that process replies. Parts of a backup precede its result. */
export type SocketReply =
  | { readonly kind: "result"; readonly result: QueryResult }
  | { readonly kind: "failure"; readonly fault: EngineFault }
  | { readonly kind: "part"; readonly bytes: Uint8Array };

/** The socket of the process that has the data directory. The accounts that may use it may also read the files there. */
export function socketPathOf(dataDir: string): string {
  return join(dataDir, "gatehouse.sock");
}

const lengthBytes = 4;

/** Sends a message: its length in four bytes, and its structured clone. Resolves when the socket can take the next one. */
export function sendMessage(socket: Socket, message: SocketRequest | SocketReply): Promise<void> {
  const body = serialize(message);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(body.length);
  return new Promise((resolve, reject) => {
    socket.write(Buffer.concat([length, body]), (error) => (error ? reject(error) : resolve()));
  });
}

async function* readMessages(socket: AsyncIterable<Uint8Array>): AsyncGenerator {
  let parts: Uint8Array[] = [];
  let available = 0;
  let needed = lengthBytes;
  let isBody = false;
  for await (const chunk of socket) {
    parts.push(chunk);
    available += chunk.length;
    while (available >= needed) {
      const all = Buffer.concat(parts);
      const message = all.subarray(0, needed);
      parts = [all.subarray(needed)];
      available -= needed;
      if (isBody) yield deserialize(message);
      needed = isBody ? lengthBytes : message.readUInt32BE();
      isBody = !isBody;
    }
  }
}

/** The requests on a socket, until it is closed: only commands of its owner can send them. */
export function readRequests(socket: AsyncIterable<Uint8Array>): AsyncGenerator<SocketRequest> {
  return asRequests(readMessages(socket));
}

/** The replies on a socket, until it is closed. */
export function readReplies(socket: AsyncIterable<Uint8Array>): AsyncGenerator<SocketReply> {
  return asReplies(readMessages(socket));
}

function asRequests(messages: AsyncGenerator): AsyncGenerator<SocketRequest> {
  return messages as AsyncGenerator<SocketRequest>;
}

function asReplies(messages: AsyncGenerator): AsyncGenerator<SocketReply> {
  return messages as AsyncGenerator<SocketReply>;
}

import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";

import { explainTlsError, tlsNotOffered } from "./address-error.ts";
import { isOptional } from "./parameters.ts";
import type { Host, TlsChoice } from "./target.ts";
import { readTlsOptions } from "./tls-options.ts";

/** The request for TLS of the protocol of Postgres: its length, and its code. */
const tlsRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
/** "S": the server continues with TLS. */
const accepted = 83;
/** "N": the server has no TLS. */
const declined = 78;

/** The server did not respond in time. */
class ConnectTimeoutError extends Error {
  readonly code = "CONNECT_TIMEOUT";
}

/**
 * Opens a connection to a server, with TLS as `sslmode` says, on which the protocol of Postgres has not begun. Throws
 * `DatabaseAddressError`, or the error of the network.
 */
export async function openSocket(
  host: Host,
  tls: TlsChoice,
  timeoutMilliseconds: number,
): Promise<Socket> {
  const usesTls = host.port !== null && tls.mode !== "disable";
  const options = usesTls ? await readTlsOptions(tls, host) : null;
  const sockets: Socket[] = [];
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(
    () => timer.reject(new ConnectTimeoutError("no connection in time")),
    timeoutMilliseconds,
  );
  const open = async (): Promise<Socket> => {
    const plain = host.port === null ? connect(host.address) : connect(host.port, host.address);
    sockets.push(plain);
    await untilEvent(plain, "connect");
    if (!options) return plain;
    if (!tls.isDirect && !(await asksForTls(plain))) {
      if (isOptional(tls.mode)) return plain;
      throw tlsNotOffered();
    }
    const secured: TLSSocket = connectTls({ ...options, socket: plain });
    sockets.push(secured);
    await untilEvent(secured, "secureConnect");
    return secured;
  };
  try {
    return await Promise.race([open(), timer.promise]);
  } catch (error) {
    for (const socket of sockets) socket.destroy();
    throw explainTlsError(error) ?? error;
  } finally {
    clearTimeout(timeout);
  }
}

/**
 * Whether the server has TLS. An answer of more than its one byte, which an attacker could have sent before TLS, and an error of
 * the server in its place end the connection: neither says that there is no TLS.
 */
async function asksForTls(socket: Socket): Promise<boolean> {
  socket.write(tlsRequest);
  const reply = await untilEvent(socket, "data");
  const answer = Buffer.isBuffer(reply) && reply.length === 1 ? reply[0] : null;
  if (answer !== accepted && answer !== declined) {
    throw lostError("the server did not say whether it has TLS");
  }
  return answer === accepted;
}

function untilEvent(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      socket.off(event, onEvent);
      socket.off("close", onClose);
      settle();
    };
    const onEvent = (value: unknown): void => end(() => resolve(value));
    const onClose = (): void => end(() => reject(lostError("the connection was closed")));
    // It stays: an error of a socket that nothing listens to would end the process.
    socket.on("error", (error) => end(() => reject(error)));
    socket.on(event, onEvent);
    socket.on("close", onClose);
  });
}

function lostError(reason: string): Error {
  return Object.assign(new Error(reason), { code: "ECONNRESET" });
}

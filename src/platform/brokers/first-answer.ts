import { connect as connectPlain, isIP } from "node:net";
import { connect as connectEncrypted } from "node:tls";

/** A server, and what it is sent. */
export interface Question {
  /** Its host and port. */
  readonly url: URL;
  readonly defaultPort: number;
  readonly encrypted: boolean;
  readonly trustedCertificates?: string;
  /** What is sent first; by default nothing, for a server that speaks first. */
  readonly text?: string;
}

/**
 * The first bytes that a server sends on a connection of their own, which then ends. Rejects with the connection's error, or
 * when the signal is aborted. It tells what a client library leaves out: why there is no connection.
 */
export async function firstAnswer(question: Question, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connectTo(question);
  const stop = (): void => reject(new Error("the server does not answer"));
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("the server closed the connection")));
  socket.on("data", (chunk: Buffer) => resolve(chunk.toString("utf8")));
  if (question.text !== undefined) socket.write(question.text);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

function connectTo({ url, defaultPort, encrypted, trustedCertificates }: Question) {
  const host = url.hostname.replaceAll(/^\[|\]$/g, "");
  const address = { host, port: url.port === "" ? defaultPort : Number(url.port) };
  if (!encrypted) return connectPlain(address);
  return connectEncrypted({
    ...address,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(trustedCertificates === undefined ? {} : { ca: trustedCertificates }),
  });
}

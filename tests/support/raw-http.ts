import { connect, type Socket } from "node:net";

/** A connection to a server, after `request` was written to it as it stands. */
export async function openRaw(serverUrl: string, request: string): Promise<Socket> {
  const { hostname, port } = new URL(serverUrl);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(Number(port), hostname, resolve);
  socket.on("error", reject);
  await promise;
  socket.write(Buffer.from(request, "latin1"));
  return socket;
}

/**
 * Sends a GET whose header lines are given as they go over the wire, one character a byte (`fetch` would mend or refuse
 * many); gives the response's status and text.
 */
export async function rawGet(
  serverUrl: string,
  path: string,
  headerLines: readonly string[],
  version = "HTTP/1.1",
): Promise<{ status: number; text: string }> {
  const lines = [`GET ${path} ${version}`, "Host: localhost", "Connection: close", ...headerLines];
  const socket = await openRaw(serverUrl, `${lines.join("\r\n")}\r\n\r\n`);
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  await new Promise((resolve) => socket.once("close", resolve));
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text };
}

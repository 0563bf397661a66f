import type { Server } from "node:net";

/** Has a server listen on a spare port of 127.0.0.1, which is given. */
export async function listenOnSparePort(server: Server): Promise<number> {
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  return address.port;
}

import { createServer } from "node:net";

/** A port of 127.0.0.1 that nothing listens on now. */
export async function findSparePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no spare port");
  return address.port;
}

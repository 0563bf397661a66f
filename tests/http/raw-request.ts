import { openRaw } from "../support/raw-http.ts";

/** A response as it was received: possibly from Bun's HTTP server itself, without any header of Gatehouse. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** The error envelope's code, or null where there is no envelope. */
  readonly code: string | null;
}

/** Sends bytes unchanged and reads until the server closes: let the request say `Connection: close`. */
export async function rawRequest(serverUrl: string, request: string): Promise<RawAnswer> {
  const socket = await openRaw(serverUrl, request);
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  await new Promise((resolve) => socket.once("close", resolve));
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]),
    text,
    code: /"code":"(\w+)"/.exec(text)?.[1] ?? null,
  };
}

/** A request of these lines and this body, with `Connection: close`. */
export function rawText(lines: readonly string[], body = ""): string {
  return [...lines, "Connection: close", "", body].join("\r\n");
}

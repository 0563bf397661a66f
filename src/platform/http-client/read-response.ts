import type { IncomingMessage } from "node:http";

import { OutboundError, type OutboundResponse } from "./port.ts";

const maximumBodyBytes = 65_536;

/** Reads a response. Throws `OutboundError`. The body is counted while it arrives, and is never decompressed. */
export async function readResponse(
  response: IncomingMessage,
  maximumBytes = maximumBodyBytes,
): Promise<OutboundResponse> {
  try {
    if ((response.headers["content-encoding"] ?? "identity") !== "identity") {
      throw new OutboundError("invalid_response");
    }
    const body = await readBody(response, maximumBytes);
    return { ...readHead(response), body: new TextDecoder().decode(body) };
  } catch (error) {
    throw toOutboundError(error);
  }
}

/** The status and the headers of a response. */
export function readHead(response: IncomingMessage): Omit<OutboundResponse, "body"> {
  return { status: response.statusCode ?? 0, headers: readHeaders(response.rawHeaders) };
}

/** How long the rest of a discarded body may take, before the connection is closed instead of kept. */
const discardSeconds = 1;

/** Reads a body without keeping it, so that the connection can be used again. A long or slow one closes the connection. */
export function discardBody(response: IncomingMessage): void {
  const timer = setTimeout(() => response.destroy(), discardSeconds * 1000);
  let length = 0;
  response.on("data", (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > maximumBodyBytes) response.destroy();
  });
  response.on("error", () => undefined);
  response.on("close", () => clearTimeout(timer));
}

async function readBody(response: IncomingMessage, maximumBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array)) throw new OutboundError("invalid_response");
    length += chunk.length;
    if (length > maximumBytes) throw new OutboundError("too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readHeaders(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.append(raw[index] ?? "", raw[index + 1] ?? "");
  }
  return headers;
}

/** The error of a failed request. Its cause is a code only: a parser's error holds the bytes that it received. */
export function toOutboundError(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  const isParserError = typeof code === "string" && code.startsWith("HPE_");
  return new OutboundError(isParserError ? "invalid_response" : "unreachable", code);
}

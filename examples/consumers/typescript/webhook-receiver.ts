import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";

import { handleOnce } from "./store.ts";

const secret = process.env["WEBHOOK_SECRET"];
if (!secret?.startsWith("whsec_")) throw new Error("WEBHOOK_SECRET must be set: whsec_…");
const key = Buffer.from(secret.slice("whsec_".length), "base64");
const maximumBytes = 1_000_000;
const toleranceSeconds = 300;

/** Whether one of the signatures is right for the id, the time and the body (Standard Webhooks), and the time is about now. */
function isGenuine(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const [id, time, signatures] = ["id", "timestamp", "signature"].map((name) => {
    return String(headers[`webhook-${name}`]);
  });
  if (!(Math.abs(Date.now() / 1000 - Number(time)) <= toleranceSeconds)) return false;
  const expected = createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest();
  return String(signatures)
    .split(" ")
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
}

async function receive(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maximumBytes) return 413;
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (!isGenuine(request.headers, body)) return 401;
  handleOnce(body.toString("utf8"));
  return 204;
}

createServer((request, response) => {
  void receive(request).then((status) => response.writeHead(status).end());
}).listen(Number(process.env["PORT"] ?? 8080), "127.0.0.1");

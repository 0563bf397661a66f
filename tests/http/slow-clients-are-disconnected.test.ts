import type { Socket } from "node:net";

import { expect, test } from "bun:test";

import { openRaw } from "../support/raw-http.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const connectionsOfEachKind = 170;
const unreadResponses = 20;

const halfABody =
  "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";

const kinds = {
  "no byte": "",
  "half a header": "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nX-A: ",
  "half a body": halfABody,
  "half a body of a hot route":
    "POST /api/v1/auth/validate-token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
  "half a body of no route":
    "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{",
};

/** A connection on which a request was answered, which may be idle for longer, with a second request and half its body. */
async function openKept(): Promise<Socket> {
  const socket = await openRaw(app.url, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  socket.write(halfABody);
  return socket;
}

/** A connection on which a response of a megabyte was asked for, of which the client reads nothing. */
async function openUnread(): Promise<Socket> {
  const request = "GET /docs/assets/redoc.standalone.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const socket = await openRaw(app.url, request);
  return socket.pause();
}

/** Resolves when the server closes the connection, although the client sends one more byte every second until then. */
function closeOf(socket: Socket, isRead = true): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const drip = setInterval(() => socket.write("a"), 1000);
  const end = () => {
    clearInterval(drip);
    socket.destroy();
    resolve();
  };
  if (isRead) socket.resume();
  for (const event of ["end", "close", "error"]) socket.on(event, end);
  return promise;
}

// Attack: slow HTTP. Each byte comes just before a time that starts again with every byte.
// security 106
test("1000 connections that send a byte a second are closed, and others are served meanwhile", async () => {
  const closes: Promise<void>[] = [];
  let closedBodies = 0;
  const open = async (connection: Promise<Socket>, isBody: boolean) => {
    const close = closeOf(await connection);
    closes.push(close);
    if (isBody) void close.then(() => (closedBodies += 1));
  };
  for (let opened = 0; opened < connectionsOfEachKind; opened += 1) {
    const opening = Object.values(kinds).map((text) =>
      open(openRaw(app.url, text), text.endsWith("{")),
    );
    await Promise.all([...opening, open(openKept(), true)]);
  }
  for (let opened = 0; opened < unreadResponses; opened += 1) {
    closes.push(closeOf(await openUnread(), false));
  }
  for (let sent = 0; sent < 20; sent += 1) {
    expect((await app.call("GET", "/health")).status).toBe(200);
    expect((await app.post("/api/v1/auth/login", {})).status).toBe(400);
  }
  // Those with half a body are still open: the others were served beside them.
  expect(closedBodies).toBe(0);
  await Promise.all(closes);
  expect((await app.call("GET", "/health")).status).toBe(200);
});

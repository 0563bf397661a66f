import { expect, test } from "bun:test";
import type { Socket } from "node:net";

import { createHttpClient } from "../../src/platform/http-client/http-client.ts";
import type { HttpClient, OutboundRequest } from "../../src/platform/http-client/port.ts";
import { startKeepingServer } from "../support/keeping-server.ts";
import { failureOf } from "../support/failure-of.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
const post = (client: HttpClient, port: number, request: Partial<OutboundRequest> = {}) =>
  client.send({
    url: `http://127.0.0.1:${port}/`,
    method: "POST",
    body: "{}",
    mayBePrivate: true,
    discardsBody: true,
    keepsConnection: true,
    ...request,
  });
const answer = (text: string) => (socket: Socket) => void socket.write(text);

test("requests that keep their connection share one, and others do not", async () => {
  await using server = await startKeepingServer(answer(ok));
  const client = createHttpClient();
  for (let count = 0; count < 5; count += 1) {
    expect(await post(client, server.port)).toMatchObject({ status: 200, body: "" });
  }
  expect(server.connections()).toBe(1);
  await post(client, server.port, { keepsConnection: false });
  expect(server.connections()).toBe(2);
});

test("a request is sent again if the server has closed the kept connection", async () => {
  await using server = await startKeepingServer((socket, count) => {
    if (count === 2) socket.destroy();
    else socket.write(ok);
  });
  const client = createHttpClient();
  expect([await post(client, server.port), await post(client, server.port)]).toMatchObject([
    { status: 200 },
    { status: 200 },
  ]);
  expect([server.connections(), server.requests()]).toEqual([2, 3]);
});

test("a request on a new connection is sent once", async () => {
  await using server = await startKeepingServer((socket) => socket.destroy());
  const failure = await failureOf(post(createHttpClient(), server.port));
  expect(failure).toMatchObject({ fault: "unreachable" });
  expect(server.requests()).toBe(1);
});

test("a discarded body may be too large, compressed or unfinished", async () => {
  const bodies = [
    `HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(1_000_000)}`,
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi",
  ];
  for (const body of bodies) {
    await using server = await startKeepingServer(answer(body));
    expect(await post(createHttpClient(), server.port)).toMatchObject({ status: 200, body: "" });
  }
});

test("the deadline of a request is its own", async () => {
  await using server = await startKeepingServer(() => undefined);
  const client = createHttpClient({ timeoutSeconds: 60 });
  const failure = await failureOf(post(client, server.port, { timeoutSeconds: 0.05 }));
  expect(failure).toMatchObject({ fault: "timeout" });
});

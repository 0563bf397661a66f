import { describe, expect, test } from "bun:test";
import type { Socket } from "node:net";

import { createHttpClient } from "../../src/platform/http-client/http-client.ts";
import type { OutboundRequest, OutboundResponse } from "../../src/platform/http-client/port.ts";
import { failureOf } from "../support/failure-of.ts";
import { outboundFaultOf } from "../support/outbound-fault.ts";
import { startRawServer } from "../support/raw-server.ts";

const maximumBytes = 65_536;
const ok = "HTTP/1.1 200 OK\r\n";

/** Sends one request to a server that answers in this way. */
async function ask(
  answer: (socket: Socket) => void,
  request: Partial<OutboundRequest> = {},
): Promise<OutboundResponse & { readonly sent: readonly string[] }> {
  await using server = await startRawServer(answer);
  const url = `http://127.0.0.1:${server.port}/path?query=1`;
  const response = await createHttpClient().send({
    url,
    method: "GET",
    mayBePrivate: true,
    ...request,
  });
  return { ...response, sent: server.requests };
}

/** Why the answer of a server is no response. */
async function faultOf(answer: (socket: Socket) => void, timeoutSeconds = 5): Promise<string> {
  await using server = await startRawServer(answer);
  const url = `http://127.0.0.1:${server.port}/`;
  return await outboundFaultOf(url, { timeoutSeconds }, { mayBePrivate: true });
}

/** Writes a piece again and again until the client closes the connection. */
function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 10);
  socket.on("close", () => clearInterval(timer));
}

test("a response has its status, its headers and its body", async () => {
  const { status, headers, body } = await ask((socket) =>
    socket.end(
      'HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{"é\r\n6\r\n":1}  \r\n0\r\n\r\n',
    ),
  );
  expect(status).toBe(400);
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(JSON.parse(body)).toEqual({ é: 1 });
});

test("a request has its method, path, headers and body, and asks for no compression", async () => {
  const { sent } = await ask((socket) => socket.end(`${ok}Content-Length: 0\r\n\r\n`), {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "accept-encoding": "gzip" },
    body: "code=é",
  });
  const [head = "", body] = (sent[0] ?? "").split("\r\n\r\n");
  const [line, ...lines] = head.toLowerCase().split("\r\n");
  expect(line).toBe("post /path?query=1 http/1.1");
  expect(lines).toContain("content-type: application/x-www-form-urlencoded");
  expect(lines).toContain("content-length: 7");
  expect(lines).toContain("accept-encoding: identity");
  expect(lines.some((each) => each.startsWith("user-agent: gatehouse/"))).toBe(true);
  expect(Buffer.from(body ?? "", "latin1").toString()).toBe("code=é");
});

// security 81, 137
test.each([301, 302, 303, 307, 308])("a redirect with %d is not followed", async (status) => {
  await using inside = await startRawServer((socket) => socket.end(`${ok}\r\ninside`));
  const location = `http://127.0.0.1:${inside.port}/`;
  const response = await ask((socket) =>
    socket.end(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`),
  );
  expect(response).toMatchObject({ status, body: "" });
  expect(response.headers.get("location")).toBe(location);
  expect(inside.requests).toEqual([]);
});

// security 81
describe("a body over 64 KiB is refused", () => {
  test("and one of 64 KiB is not", async () => {
    const { body } = await ask((socket) =>
      socket.end(`${ok}Content-Length: ${maximumBytes}\r\n\r\n${"x".repeat(maximumBytes)}`),
    );
    expect(body).toBe("x".repeat(maximumBytes));
  });

  test.each([
    ["with its length", `Content-Length: ${maximumBytes + 1}\r\n\r\n`],
    ["until the connection closes", "\r\n"],
  ])("%s", async (_, headers) => {
    const body = "x".repeat(maximumBytes + 1);
    expect(await faultOf((socket) => socket.end(`${ok}${headers}${body}`))).toBe("too_large");
  });

  test("without an end, in chunks", async () => {
    const chunk = `2000\r\n${"x".repeat(8192)}\r\n`;
    const closed = Promise.withResolvers<void>();
    const fault = await faultOf((socket) => {
      socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n`);
      socket.on("close", () => closed.resolve());
      drip(socket, chunk);
    });
    expect(fault).toBe("too_large");
    await closed.promise;
  });
});

// security 81
describe("one deadline covers", () => {
  test.each<[string, (socket: Socket) => void]>([
    ["a server that sends nothing", () => {}],
    [
      "headers that never end",
      (socket) => {
        socket.write(ok);
        drip(socket, "x: y\r\n");
      },
    ],
    [
      "a body that drips",
      (socket) => {
        socket.write(`${ok}Content-Length: 60000\r\n\r\n`);
        drip(socket, "x");
      },
    ],
    [
      "interim responses without a last one",
      (socket) => drip(socket, "HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
  ])("%s", async (_, answer) => {
    const closed = Promise.withResolvers<void>();
    const fault = await faultOf((socket) => {
      socket.on("close", () => closed.resolve());
      answer(socket);
    }, 0.3);
    expect(fault).toBe("timeout");
    await closed.promise;
  });

  test("a resolver that does not answer", async () => {
    const { promise } = Promise.withResolvers<never>();
    const options = { resolve: () => promise, timeoutSeconds: 0.05 };
    expect(await outboundFaultOf("https://idp.example.com/", options)).toBe("timeout");
  });

  test("a handshake of TLS that does not go on", async () => {
    await using server = await startRawServer(() => {});
    const url = `https://127.0.0.1:${server.port}/`;
    const fault = await outboundFaultOf(url, { timeoutSeconds: 0.3 }, { mayBePrivate: true });
    expect(fault).toBe("timeout");
  });
});

// security 81
describe("a broken response is a fault:", () => {
  test.each<[string, string, (socket: Socket) => void]>([
    ["a reset connection", "unreachable", (socket) => socket.resetAndDestroy()],
    ["no byte", "unreachable", (socket) => socket.end()],
    [
      "a body that ends early",
      "unreachable",
      (socket) => socket.end(`${ok}Content-Length: 20\r\n\r\n{}`),
    ],
    [
      "chunks that end early",
      "unreachable",
      (socket) => socket.end(`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`),
    ],
    ["no HTTP", "invalid_response", (socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n\r\n")],
    [
      "a length that is no number",
      "invalid_response",
      (socket) => socket.end(`${ok}Content-Length: x\r\n\r\n`),
    ],
    [
      "headers without an end to their number",
      "invalid_response",
      (socket) => socket.end(ok + "x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(20_000)),
    ],
    [
      "a change of the protocol",
      "invalid_response",
      (socket) =>
        socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        ),
    ],
    [
      "a compressed body, which could hold far more than was counted",
      "invalid_response",
      (socket) => {
        const body = Bun.gzipSync(Buffer.alloc(10_000_000));
        socket.write(`${ok}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
        socket.end(body);
      },
    ],
  ])("%s is %s", async (_, fault, answer) => {
    expect(await faultOf(answer)).toBe(fault);
  });

  test("no connection is unreachable", async () => {
    const server = await startRawServer(() => {});
    await server[Symbol.asyncDispose]();
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await outboundFaultOf(url, {}, { mayBePrivate: true })).toBe("unreachable");
  });
});

test("an error shows neither the request nor the response", async () => {
  await using server = await startRawServer((socket) => socket.end("received-canary\r\n\r\n"));
  const url = `http://127.0.0.1:${server.port}/?code=sent-canary`;
  const error = await failureOf(
    createHttpClient().send({
      url,
      method: "POST",
      headers: { authorization: "Basic sent-canary" },
      body: "client_secret=sent-canary",
      mayBePrivate: true,
    }),
  );
  expect(`${Bun.inspect(error)}${JSON.stringify(error)}`).not.toContain("canary");
  expect(error.message).toBe("the outbound request failed: invalid_response");
});

test("requests at once do not disturb each other", async () => {
  let count = 0;
  await using server = await startRawServer((socket) => {
    count += 1;
    const body = String(count);
    socket.end(`${ok}Content-Length: ${body.length}\r\n\r\n${body}`);
  });
  const client = createHttpClient();
  const url = `http://127.0.0.1:${server.port}/`;
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => client.send({ url, method: "GET", mayBePrivate: true })),
  );
  const bodies = responses.map(({ body }) => Number(body)).toSorted((left, right) => left - right);
  expect(bodies).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";

import { DatabaseAddressError } from "../../src/platform/db/connection/address-error.ts";
import { openSocket } from "../../src/platform/db/connection/open-socket.ts";
import { parseConnectionUrl } from "../../src/platform/db/connection/parse-url.ts";
import { failureOf } from "../support/failure-of.ts";
import { listenOnSparePort } from "../support/listen.ts";

const timeoutMilliseconds = 5000;

/** A server that answers the request for TLS with `answer`, and how a connection to it is opened. */
async function answering(answer: string) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write(answer));
  });
  const port = await listenOnSparePort(server);
  return {
    open(mode: string) {
      const url = `postgres://u:p@127.0.0.1:${port}/d?sslmode=${mode}`;
      const { hosts, tls } = parseConnectionUrl(url);
      const [host] = hosts;
      if (!host) throw new Error("no host");
      return openSocket(host, tls, timeoutMilliseconds);
    },
    async [Symbol.asyncDispose]() {
      await new Promise((closed) => server.close(closed));
    },
  };
}

test("a server without TLS is used with prefer, and refused with require", async () => {
  await using server = await answering("N");
  (await server.open("prefer")).destroy();
  expect(await failureOf(server.open("require"))).toBeInstanceOf(DatabaseAddressError);
});

describe("any other answer is a failed connection, which is tried again", () => {
  // The failure: a server that cannot start a process sends an error, and the password then went without TLS.
  const answers = {
    "an error": "Ecould not fork\0",
    "more than one byte": "SR",
    "another byte": "X",
  };
  for (const [name, answer] of Object.entries(answers)) {
    test.each(["prefer", "require"])(`${name}, sslmode %s`, async (mode) => {
      await using server = await answering(answer);
      expect(await failureOf(server.open(mode))).toMatchObject({ code: "ECONNRESET" });
    });
  }
});

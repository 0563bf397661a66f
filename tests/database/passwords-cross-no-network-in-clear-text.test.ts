import { expect, test } from "bun:test";
import { Socket } from "node:net";
import { TLSSocket } from "node:tls";

import { explainExposedPassword } from "../../src/platform/db/connection/clear-text-password.ts";

const socketTo = (remoteAddress: string | undefined): Socket =>
  Object.defineProperty(new Socket(), "remoteAddress", { value: remoteAddress });

test("a server of another machine without TLS does not get the password itself", () => {
  for (const mode of ["allow", "prefer"] as const) {
    for (const address of ["10.0.0.7", "192.168.127.1", "2001:db8::7"]) {
      const error = explainExposedPassword(mode, socketTo(address));
      expect(error?.message).toContain("asks for the password itself");
    }
  }
});

test("it gets it by TLS, on this machine, and where the network is said to be trusted", () => {
  const allowed = [
    explainExposedPassword("prefer", new TLSSocket(new Socket())),
    explainExposedPassword("disable", socketTo("10.0.0.7")),
    ...["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", undefined].map((address) =>
      explainExposedPassword("prefer", socketTo(address)),
    ),
  ];
  expect(new Set(allowed)).toEqual(new Set([null]));
});

import { expect, test } from "bun:test";

import { respondToEscapedError } from "../../src/app/edge/respond.ts";

test("an error outside the edge is a 500 that contains neither the error nor source code", async () => {
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => {
      throw new Error("detail of an escaped error");
    },
    error: respondToEscapedError,
  });
  const response = await fetch(server.url);
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    success: false,
    error: { code: "INTERNAL_ERROR", message: "An internal error occurred." },
  });
});

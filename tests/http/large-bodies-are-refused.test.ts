import { describe, expect, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { race } from "../support/race.ts";
import { openRaw } from "../support/raw-http.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { rawText } from "./raw-request.ts";

const limit = 64 * 1024;
const block = Buffer.alloc(64 * 1024, "x");
const path = "/api/v1/auth/validate-token";

describe("a body over the limit", () => {
  const app = useTestApp();

  /** Uploads so many blocks, and another request on the same connection; returns all that the server sent. */
  async function upload(target: string, blocks: number, isChunked: boolean): Promise<string> {
    const length = isChunked
      ? "Transfer-Encoding: chunked"
      : `Content-Length: ${blocks * block.length}`;
    const head = [`POST ${target} HTTP/1.1`, "Host: localhost", "Content-Type: application/json"];
    const socket = await openRaw(app.url, [...head, length, "", ""].join("\r\n"));
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const size = `${block.length.toString(16)}\r\n`;
    const part = isChunked ? Buffer.concat([Buffer.from(size), block, Buffer.from("\r\n")]) : block;
    for (let sent = 0; sent < blocks; sent += 1) {
      if (!socket.write(part)) await new Promise((resolve) => socket.once("drain", resolve));
    }
    if (isChunked) socket.write("0\r\n\r\n");
    socket.write(rawText(["GET /health/live HTTP/1.1", "Host: localhost"]));
    await closed;
    return text;
  }

  // security 101
  test.each([
    ["of a declared length", false],
    ["in chunks", true],
  ])("%s is 413 in the envelope, and the connection stays open", async (_name, isChunked) => {
    for (const blocks of [2, 16, 320]) {
      const text = await upload(path, blocks, isChunked);
      expect(text).toContain('"code":"PAYLOAD_TOO_LARGE"');
      expect(text.toLowerCase()).toContain("x-content-type-options: nosniff");
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
      expect([blocks, statuses]).toEqual([blocks, ["413", "200"]]);
    }
  });

  test("is refused before all of it has arrived", async () => {
    const lines = [`POST ${path} HTTP/1.1`, "Host: localhost", "Content-Type: application/json"];
    const socket = await openRaw(
      app.url,
      [...lines, "Content-Length: 99999999999", "", ""].join("\r\n"),
    );
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    await eventually(
      () => text,
      (received) => received.includes("PAYLOAD_TOO_LARGE"),
    );
    socket.destroy();
  });

  // security 101
  test("is not stored: 100 uploads of 5 MB at once do not grow the memory", async () => {
    await upload("/api/v1/auth/logout-all", 16, true);
    Bun.gc(true);
    const before = process.memoryUsage.rss();
    let highest = before;
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 5);
    const targets = [
      path,
      "/oauth/token",
      "/api/v1/auth/logout-all",
      "/api/v1/users/me",
      "/nowhere",
    ];
    const texts = await race(100, (index) =>
      upload(targets[index % targets.length] ?? path, 80, index % 2 === 0),
    );
    clearInterval(watch);
    for (const text of texts) expect(text).toMatch(/^HTTP\/1\.1 (413|415|401|405|404) /);
    expect((highest - before) / 2 ** 20).toBeLessThan(60);
  }, 30_000);

  test("a body of exactly the limit is accepted, one byte more is not, and BODY_LIMIT sets the limit", async () => {
    await using small = await startTestApp({ settings: { BODY_LIMIT: "2KiB" } });
    for (const [server, bytes] of [
      [app, limit],
      [small, 2048],
    ] as const) {
      for (const [length, status] of [
        [bytes, 401],
        [bytes + 1, 413],
      ] as const) {
        const text = JSON.stringify({ token: "x" }).padEnd(length);
        const body = { plain: text, streamed: new Blob([text]).stream() };
        for (const [name, sent] of Object.entries(body)) {
          const answer = await server.call("POST", path, {
            body: sent,
            headers: { "content-type": "application/json" },
          });
          expect([name, length, answer.status]).toEqual([name, length, status]);
        }
      }
    }
    const form = { grant_type: "password", username: "x".repeat(limit), password: "x" };
    const answer = await app.call("POST", "/oauth/token", { form });
    expect([answer.status, answer.json.error]).toEqual([413, "invalid_request"]);
  });
});

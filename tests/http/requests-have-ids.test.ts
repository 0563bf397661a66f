import { describe, expect, test } from "bun:test";

import { systemRandom } from "../../src/kernel/random.ts";
import { createRequestIds } from "../../src/platform/http/request-id.ts";
import { auditOf } from "../support/audit-rows.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";
import { rawRequest, rawText } from "./raw-request.ts";

describe("every request has an id", () => {
  const app = useTestApp();

  test.each(["a", "req-1.b_C", "0123456789abcdef".repeat(8)])("%s is kept", async (id) => {
    for (const path of ["/health/live", "/api/v1/users/me", "/nowhere", "/docs"]) {
      const answer = await app.call("GET", path, { headers: { "x-request-id": id } });
      expect([path, answer.headers.get("x-request-id")]).toEqual([path, id]);
    }
  });

  // Values that would break a log line, a header or a column, or waste space.
  test.each([
    "",
    " ",
    "a b",
    "a".repeat(129),
    "a\tb",
    "id;rm",
    '"x"',
    "<script>",
    "é",
    "a,b",
    "%0d%0aSet-Cookie:x",
  ])("%j is replaced", async (id) => {
    const lines = ["GET /health/live HTTP/1.1", "Host: localhost", `X-Request-Id: ${id}`];
    const { text } = await rawRequest(app.url, rawText(lines));
    const ids = [...text.matchAll(/^x-request-id: (.*)\r$/gim)].map(([, value]) => value);
    expect(ids).toEqual([expect.stringMatching(/^[\w-]{16}$/)]);
  });

  test("two ids are replaced, not joined", async () => {
    const lines = [
      "GET /health/live HTTP/1.1",
      "Host: localhost",
      "X-Request-Id: a",
      "X-Request-Id: b",
    ];
    const { text } = await rawRequest(app.url, rawText(lines));
    expect(/^x-request-id: (.*)\r$/im.exec(text)?.[1]).toMatch(/^[\w-]{16}$/);
  });

  test("a generated id is new each time, from one block of ids to the next", () => {
    for (const lowest of [true, false]) {
      const random = { ...systemRandom, below: (limit: number) => (lowest ? 0 : limit - 1) };
      const ids = createRequestIds(random);
      const request = new Request("http://localhost/");
      const drawn = Array.from({ length: 3 * 4096 + 1 }, () => ids.of(request));
      expect(new Set(drawn).size).toBe(drawn.length);
      expect(drawn.filter((id) => !/^[\w-]{16}$/.test(id))).toEqual([]);
    }
  });

  test("a generated id is new each time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => app.call("GET", "/health/live")),
    );
    expect(new Set(answers.map(({ headers }) => headers.get("x-request-id"))).size).toBe(50);
  });

  test("the audit log has it", async () => {
    const answer = await app.post("/api/v1/auth/login", {
      email: freshEmail(),
      password: goodPassword,
    });
    expect(await auditOf(app, answer)).toMatchObject([{ action: "user.login", result: "failure" }]);
  });
});

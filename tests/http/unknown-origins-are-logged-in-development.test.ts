import { describe, expect, test } from "bun:test";

import { createOriginNotice } from "../../src/app/edge/unknown-origins.ts";

const api = "http://localhost:8000";

function notices(settings: { environment?: "production"; allowedOrigins?: string[] } = {}) {
  const messages: string[] = [];
  const { environment = "development", allowedOrigins = [] } = settings;
  const notice = createOriginNotice(
    { environment, allowedOrigins, publicUrl: api },
    { warn: (_fields, message) => messages.push(message) },
  );
  return {
    messages,
    send: (origin: string, url = `${api}/api/v1/users/me`) =>
      notice?.(new Request(url, { headers: { origin } })),
  };
}

describe("in development an origin that is not allowed is logged", () => {
  test("once, with the value to set", () => {
    const { messages, send } = notices({ allowedOrigins: ["https://app.example.com"] });
    for (const origin of [
      "http://localhost:5173",
      "http://localhost:5173",
      "https://app.example.com",
    ])
      send(origin);
    expect(messages).toEqual([
      "Browsers refuse pages of http://localhost:5173 the responses of this API. To allow them, set ALLOWED_ORIGINS=https://app.example.com,http://localhost:5173",
    ]);
  });

  // Attack: an origin with a line break or another text for the log, and one origin after the other.
  test("but nothing that is not an origin of pages, and at most 100 of them", () => {
    const { messages, send } = notices();
    for (const origin of ["null", "file://", "http://a/b", "http://A", "x".repeat(50), api]) {
      send(origin);
    }
    send("http://127.0.0.1:8000", "http://127.0.0.1:8000/sign-in");
    expect(messages).toEqual([]);
    for (let index = 0; index < 200; index += 1) send(`http://host-${index}`);
    expect(messages.length).toBe(100);
  });
});

test("in production no origin is logged", () => {
  const { messages, send } = notices({ environment: "production" });
  send("http://localhost:5173");
  expect(messages).toEqual([]);
});

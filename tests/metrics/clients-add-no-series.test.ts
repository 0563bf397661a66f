import { expect, test } from "bun:test";

import { createApp } from "../../src/app/create-app.ts";
import { scrape, valuesIn } from "../support/scrape.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { LOG_REQUESTS: "false", LOG_LEVEL: "fatal" } });
const count = 100_000;
const server = {
  requestIP: () => ({ address: "192.0.2.1", port: 1, family: "IPv4" as const }),
  timeout: () => undefined,
};

test("100,000 distinct paths, methods and users add no series", async () => {
  const { fetch } = createApp(app.platform, {
    phase: "serving",
    database: app.platform.database,
  });
  const send = async (method: string, path: string, bearer: string) => {
    const headers = { authorization: `Bearer ${bearer}` };
    const request = new Request(`http://localhost${path}`, { headers });
    // The constructor replaces an unknown method by GET.
    Object.defineProperty(request, "method", { value: method });
    // As the server's own router passes the path on.
    const segments = path.slice(1).split("/");
    const params = Object.fromEntries(segments.map((segment, place) => [`s${place}`, segment]));
    const response = await fetch(Object.assign(request, { params }), server);
    return response.text();
  };
  const kinds = [
    (number: number) => ["GET", `/no-such-path-${number}`],
    (number: number) => ["GET", `/api/v1/posts/${number}`],
    (number: number) => [`METHOD${number}`, "/api/v1/users/me"],
    () => ["GET", "/api/v1/users/me"],
  ] as const;
  const sendRound = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => index + from).map((number) => {
      const [method = "", path = ""] = kinds[number % kinds.length]?.(number) ?? [];
      return send(method, path, `user-${number}`);
    });
  await Promise.all(sendRound(0, 40));
  const before = valuesIn(await send("GET", "/metrics", "none"));
  for (let sent = 40; sent < count; sent += 1000) {
    await Promise.all(sendRound(sent, Math.min(count, sent + 1000)));
  }
  await send("GET", "/metrics", "none");
  const after = valuesIn(await send("GET", "/metrics", "none"));
  const isNew = (key: string) => !before.has(key) && !key.includes('route="/metrics"');
  const added = [...after.keys()].filter(isNew);
  expect(added).toEqual([]);
  const requests = [...after].filter(([key]) => key.startsWith("gatehouse_http_requests_total"));
  expect(requests.reduce((sum, [, value]) => sum + value, 0)).toBeGreaterThanOrEqual(count);
  const names = requests.map(([key]) => key).join("\n");
  expect(names).toContain('method="OTHER"');
  expect(names).not.toMatch(/METHOD\d|user-\d|no-such-path/);
}, 120_000);

test("attempts to sign in as distinct users add no series", async () => {
  const attempt = (number: number) =>
    app.post("/api/v1/auth/login", { email: `user${number}@example.com`, password: "Wrong-1!" });
  await attempt(0);
  const before = await scrape(app);
  for (let number = 1; number <= 30; number += 1) await attempt(number);
  const signIns = (values: Map<string, number>) =>
    [...values].filter(([key]) => key.startsWith("gatehouse_sign_ins_total"));
  expect(signIns(before)).toHaveLength(1);
  expect(signIns(await scrape(app)).map(([, value]) => value)).toEqual([31]);
});

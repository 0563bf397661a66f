import { describe, expect, test } from "bun:test";

import { addressAtPublicUrl } from "../../src/platform/http/other-loopback-name.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ servesPublicUrl: true });

// Mistake: http://127.0.0.1:8000 is opened where PUBLIC_URL is http://localhost:8000.
test("a page that is opened at 127.0.0.1 is shown at PUBLIC_URL, where its forms and cookies work", async () => {
  const { publicUrl } = app.platform.settings;
  const { port } = new URL(publicUrl);
  const open = (path: string, host: string) =>
    app.call("GET", path, { headers: { host: `${host}:${port}` } });
  for (const path of ["/sign-in?return_to=%2Faccount", "/sign-up", "/account", "/device"]) {
    const answer = await open(path, "127.0.0.1");
    expect([path, answer.status, answer.headers.get("location")]).toEqual([
      path,
      303,
      `${publicUrl}${path}`,
    ]);
  }
  expect((await open("/sign-in", "localhost")).status).toBe(200);
  // The API has no pages.
  expect((await open("/health", "127.0.0.1")).status).toBe(200);
});

describe("the address at PUBLIC_URL", () => {
  test.each([
    [
      "http://127.0.0.1:8000/sign-in?a=b",
      "http://localhost:8000",
      "http://localhost:8000/sign-in?a=b",
    ],
    ["http://[::1]:8000/sign-in", "http://localhost:8000", "http://localhost:8000/sign-in"],
    ["http://localhost:8000/", "http://127.0.0.1:8000", "http://127.0.0.1:8000/"],
    ["http://localhost:8000/sign-in", "http://localhost:8000", null],
    // A proxy on this machine passes its own upstream on as the host: a redirect would not end.
    ["http://127.0.0.1:8000/sign-in", "http://localhost:8080", null],
    ["http://127.0.0.1:8000/sign-in", "https://auth.example.com", null],
    ["http://evil.example:8000/sign-in", "http://localhost:8000", null],
  ])("of %s with %s is %p", (url, publicUrl, address) => {
    expect(addressAtPublicUrl(new Request(url), publicUrl)).toBe(address);
  });
});

import { describe, expect, test } from "bun:test";

import { AppError } from "../../src/kernel/errors.ts";
import { headingOf } from "../support/page-forms.ts";
import { useTestApp } from "../support/test-app.ts";

const ofBrowser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const navigation = { ...ofBrowser, "sec-fetch-mode": "navigate" };

describe("an error at the address of a page", () => {
  const app = useTestApp({ settings: { APP_URL: "https://app.example.com/" } });

  test("is a page for a browser, and JSON for a program", async () => {
    for (const headers of [navigation, ofBrowser]) {
      const page = await app.call("GET", "/nowhere", { headers });
      expect([page.status, headingOf(page)]).toEqual([404, "This page does not exist"]);
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(page.headers.get("cache-control")).toBe("no-store");
      expect(page.text).toContain('<a class="button" href="https://app.example.com/">');
    }
    for (const headers of [{}, { accept: "*/*" }, { ...ofBrowser, "sec-fetch-mode": "cors" }]) {
      const { status, json } = await app.call("GET", "/nowhere", { headers });
      expect([status, json.error.code]).toEqual([404, "NOT_FOUND"]);
    }
  });

  test.each(["/api/v1/nowhere", "/.well-known/nowhere", "/oauth/nowhere", "/health/nowhere"])(
    "is JSON at %s, which is a path of programs",
    async (path) => {
      const { status, headers } = await app.call("GET", path, { headers: navigation });
      expect([status, headers.get("content-type")]).toEqual([
        404,
        "application/json;charset=utf-8",
      ]);
    },
  );

  test("is in the language of the browser", async () => {
    const headers = { ...navigation, "accept-language": "de-AT" };
    const page = await app.call("GET", "/nowhere", { headers });
    expect(headingOf(page)).toBe("Diese Seite gibt es nicht");
    expect(page.text).toContain('<html lang="de">');
  });

  test("says that the result of a form cannot be opened by its address", async () => {
    const page = await app.call("GET", "/reset-password/resend", { headers: navigation });
    expect([page.status, page.headers.get("allow")]).toEqual([405, "POST"]);
    expect(headingOf(page)).toBe("This page cannot be opened like this");
  });

  // security 119
  test("repeats nothing of the request", async () => {
    const markup = "<img src=x onerror=alert(1)>";
    const path = `/${encodeURIComponent(markup)}?x=${encodeURIComponent(markup)}`;
    const page = await app.call("GET", path, { headers: { ...navigation, referer: markup } });
    expect(page.status).toBe(404);
    expect(page.text).not.toMatch(/<img|alert/);
  });

  test("has a page for a body that is too large or of another type", async () => {
    const large = { form: { token: "x".repeat(70_000) }, headers: navigation };
    const tooLarge = await app.call("POST", "/verify-email", large);
    expect([tooLarge.status, headingOf(tooLarge)]).toEqual([413, "That was too much"]);
    const headers = { ...navigation, "content-type": "text/plain" };
    const plain = await app.call("POST", "/verify-email", { body: "token=x", headers });
    expect([plain.status, headingOf(plain)]).toEqual([415, "This request cannot be read"]);
  });

  // security 119
  test("names the request of an internal error, and nothing of the error", async () => {
    const { dbForRequest } = app.platform;
    const broken = () => {
      throw new TypeError("planted secret");
    };
    Object.assign(app.platform, { dbForRequest: broken });
    const call = { form: { email: "ada@example.com" }, headers: navigation };
    const page = await app.call("POST", "/reset-password/resend", call);
    Object.assign(app.platform, { dbForRequest });
    expect([page.status, headingOf(page)]).toEqual([500, "Something went wrong"]);
    expect(page.text).toContain(String(page.headers.get("x-request-id")));
    expect(page.text).not.toMatch(/planted|TypeError/);
  });

  test("of a limit has a page that says when to try again", async () => {
    const { limiter } = app.platform;
    const full = () => {
      throw new AppError("RATE_LIMITED", "Too many requests.", { retryAfterSeconds: 7 });
    };
    const closed = new Proxy(limiter, { get: () => full });
    Object.assign(app.platform, { limiter: closed });
    const call = { form: { email: "ada@example.com" }, headers: navigation };
    const page = await app.call("POST", "/reset-password/resend", call);
    Object.assign(app.platform, { limiter });
    expect([page.status, page.headers.get("retry-after")]).toEqual([429, "7"]);
  });
});

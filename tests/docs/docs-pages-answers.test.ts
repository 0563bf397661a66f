import { describe, expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { Elysia } from "elysia";

import { docsPages } from "../../src/app/docs/docs-pages.ts";

const defaultPolicy = "default-src 'none'; frame-ancestors 'none'";

function app(options: { enabled?: boolean; document?: () => Promise<object> } = {}) {
  const pages = new Elysia()
    .onRequest(({ set }) => {
      set.headers["content-security-policy"] = defaultPolicy;
    })
    .use(
      docsPages({
        document: options.document ?? (async () => ({ openapi: "3.0.3" })),
        eventsDocument: async () => ({ asyncapi: "3.0.0" }),
        serviceName: `<img src=x onerror="alert(1)">`,
        enabled: options.enabled ?? true,
      }),
    );
  return (path: string, headers: Record<string, string> = {}) =>
    pages.handle(new Request(`http://localhost${path}`, { headers }));
}

async function assetUrlsOf(page: Response): Promise<string[]> {
  return [...(await page.text()).matchAll(/(?:src|href)="(\/docs\/assets\/[^"]+)"/g)].map(
    ([, url = ""]) => url,
  );
}

describe("the responses of the pages", () => {
  test("Swagger UI gets exactly the policy that it needs", async () => {
    const answer = await app()("/docs");
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
  });

  test("ReDoc gets a style nonce that is in no other response", async () => {
    const get = app();
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const answer = await get("/redoc");
        const policy = answer.headers.get("content-security-policy") ?? "";
        const [, nonce = ""] = /style-src 'self' 'nonce-([\w-]{22})'/.exec(policy) ?? [];
        expect(policy).toContain("script-src 'self';");
        expect(answer.headers.get("cache-control")).toBe("no-store");
        expect(await answer.text()).toContain(`nonce="${nonce}"`);
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });

  test("a service name is escaped on every page", async () => {
    for (const path of ["/", "/docs", "/redoc"]) {
      const html = await (await app()(path)).text();
      expect(html).not.toContain("<img src=x");
      expect(html).toContain("&lt;img src=x");
    }
  });

  test("assets are sent as brotli, gzip or uncompressed, and are immutable under their version", async () => {
    const get = app();
    const urls = [
      ...(await assetUrlsOf(await get("/docs"))),
      ...(await assetUrlsOf(await get("/redoc"))),
    ];
    expect(urls).toHaveLength(7);
    for (const url of urls) {
      const packed = await get(url, { "accept-encoding": "gzip, br" });
      const gzipped = await get(url, { "accept-encoding": "gzip, br;q=0" });
      const plain = await get(url, { "accept-encoding": "deflate, gzip;q=0, br;q=0" });
      expect(packed.headers.get("content-encoding")).toBe("br");
      expect(gzipped.headers.get("content-encoding")).toBe("gzip");
      expect(plain.headers.get("content-encoding")).toBeNull();
      for (const answer of [packed, gzipped, plain]) {
        expect(answer.status).toBe(200);
        expect(answer.headers.get("vary")).toBe("Accept-Encoding");
        expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
        expect(answer.headers.get("content-type")).toMatch(
          /^text\/(css|javascript); charset=utf-8$/,
        );
        expect(answer.headers.get("content-security-policy")).toBe(defaultPolicy);
      }
      const unpacked = brotliDecompressSync(await packed.bytes());
      expect(Buffer.from(await plain.bytes()).equals(unpacked)).toBe(true);
      expect(gunzipSync(await gzipped.bytes()).equals(unpacked)).toBe(true);
    }
  });

  test("an unchanged asset or document is 304 without a body, for the encoding that the client has", async () => {
    const get = app();
    const [url = ""] = await assetUrlsOf(await get("/docs"));
    for (const [path, headers] of [
      [url, { "accept-encoding": "br" }],
      [url, {}],
      ["/openapi.json", {}],
      ["/openapi.json", { "accept-encoding": "gzip;q=0.5, br;q=0.4" }],
      ["/asyncapi.json", { "accept-encoding": "*" }],
    ] as const) {
      const whole = await get(path, headers);
      const tag = whole.headers.get("etag") ?? "";
      expect([path, whole.status, tag]).toEqual([
        path,
        200,
        expect.stringMatching(/^"[\w-]{16}(?:-br|-gzip)?"$/),
      ]);
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
        const answer = await get(path, { ...headers, "if-none-match": known });
        expect([known, answer.status, await answer.text()]).toEqual([known, 304, ""]);
        for (const name of ["etag", "cache-control", "vary"]) {
          expect([name, answer.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
        }
        expect(answer.headers.get("content-encoding")).toBeNull();
      }
      for (const other of ['"other"', tag.slice(1, -1), '""', "", `${tag.slice(0, -1)}x"`]) {
        const answer = await get(path, { ...headers, "if-none-match": other });
        expect([other, answer.status]).toEqual([other, 200]);
      }
    }
    const tagOf = async (encoding: string) =>
      (await get(url, { "accept-encoding": encoding })).headers.get("etag");
    expect(await tagOf("br")).not.toBe(await tagOf("gzip"));
  });

  test("an asset of another version is not cacheable", async () => {
    const answer = await app()("/docs/assets/swagger-page.css?v=older");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  });

  test("a name that is no asset is not found", async () => {
    expect((await app()("/docs/assets/..%2f..%2fpackage.json")).status).toBe(404);
    expect((await app()("/docs/assets/constructor")).status).toBe(404);
  });

  test("the document is requested once, and again only after a failure", async () => {
    let calls = 0;
    const get = app({
      document: async () => {
        calls += 1;
        if (calls === 1) throw new Error("not yet");
        return { openapi: "3.0.3" };
      },
    });
    expect((await get("/openapi.json")).status).toBe(500);
    const answers = await Promise.all([get("/openapi.json"), get("/openapi.json")]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      { openapi: "3.0.3" },
      { openapi: "3.0.3" },
    ]);
    expect(answers[0]?.headers.get("content-type")).toStartWith("application/json");
    expect(calls).toBe(2);
  });

  test("when documentation is switched off only the first page is left, without links", async () => {
    const get = app({ enabled: false });
    const first = await get("/");
    expect(first.status).toBe(200);
    expect(await first.text()).not.toContain("<a ");
    for (const path of [
      "/docs",
      "/redoc",
      "/openapi.json",
      "/asyncapi.json",
      "/docs/assets/swagger-page.css",
    ]) {
      expect((await get(path)).status).toBe(404);
    }
  });
});

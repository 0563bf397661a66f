import { Elysia } from "elysia";

import { systemRandom, type Random } from "../../kernel/random.ts";
import type { ResponseHeaders } from "../../platform/http/exchange.ts";
import {
  assetMediaType,
  assetNames,
  assetPath,
  assetVersion,
  readAsset,
  type AssetName,
} from "./asset-files.ts";
import { landingPage } from "./landing-page.ts";
import { redocPage, swaggerPage, type Page } from "./reference-pages.ts";

/** The content and options of the pages. */
export interface DocsPagesOptions {
  /** Creates the OpenAPI document. It is called at the first request, and not again after it succeeded. */
  readonly document: () => Promise<object>;
  readonly serviceName: string;
  /** When false, only `/` is served, without links. */
  readonly enabled: boolean;
  /** The source of the style nonce of `/redoc`. Default: the operating system. */
  readonly random?: Random;
}

const hidden = { detail: { hide: true } };
const styleNonceBits = 128;

/** Routes for `/`, `/docs` (Swagger UI), `/redoc`, `/openapi.json` and their files. The pages load nothing from other hosts. */
export function docsPages(options: DocsPagesOptions) {
  const pages = new Elysia({ name: "docs-pages" }).get(
    "/",
    ({ set }) => sendPage(set.headers, landingPage(options.serviceName, options.enabled)),
    hidden,
  );
  return options.enabled ? pages.use(referencePages(options)).use(assets()) : pages;
}

function referencePages(options: DocsPagesOptions) {
  const random = options.random ?? systemRandom;
  const documentText = cacheSuccess(async () => JSON.stringify(await options.document()));
  return new Elysia({ name: "docs-reference-pages" })
    .get(
      "/docs",
      async ({ set }) => sendPage(set.headers, await swaggerPage(options.serviceName)),
      hidden,
    )
    .get(
      "/redoc",
      async ({ set }) =>
        sendPage(set.headers, await redocPage(options.serviceName, random.token(styleNonceBits))),
      hidden,
    )
    .get(
      "/openapi.json",
      async ({ set }) => {
        set.headers["content-type"] = "application/json; charset=utf-8";
        set.headers["cache-control"] = "no-cache";
        return await documentText();
      },
      hidden,
    );
}

function assets() {
  const plugin = new Elysia({ name: "docs-assets" });
  for (const name of assetNames) {
    plugin.get(
      assetPath(name),
      ({ set, request }) => sendAsset(set.headers, name, request),
      hidden,
    );
  }
  return plugin;
}

function sendPage(headers: ResponseHeaders, page: Page): string {
  headers["content-type"] = "text/html; charset=utf-8";
  headers["content-security-policy"] = page.contentSecurityPolicy;
  headers["cache-control"] = "no-store";
  return page.html;
}

async function sendAsset(
  headers: ResponseHeaders,
  name: AssetName,
  request: Request,
): Promise<Uint8Array> {
  const encoding = acceptsBrotli(request.headers.get("accept-encoding")) ? "br" : "identity";
  const [bytes, version] = await Promise.all([readAsset(name, encoding), assetVersion(name)]);
  const isCurrent = new URL(request.url, "http://localhost").searchParams.get("v") === version;
  headers["content-type"] = assetMediaType(name);
  headers["vary"] = "Accept-Encoding";
  // While replicas are replaced, a URL of another version must not be cached with this version's bytes.
  headers["cache-control"] = isCurrent ? "public, max-age=31536000, immutable" : "no-cache";
  if (encoding === "br") headers["content-encoding"] = "br";
  return bytes;
}

/** Whether a client accepts brotli (RFC 9110 §12.5.3): it is listed, or covered by `*`, with a weight above zero. */
function acceptsBrotli(acceptEncoding: string | null): boolean {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? "").toLowerCase().split(",")) {
    const [coding = "", ...parameters] = part.split(";").map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith("q="))?.slice(2) ?? "1";
    weights.set(coding, Number(weight));
  }
  return (weights.get("br") ?? weights.get("*") ?? 0) > 0;
}

/** Caches the result of the first success. After a failure the next call tries again. */
function cacheSuccess<Value>(compute: () => Promise<Value>): () => Promise<Value> {
  let cached: Promise<Value> | null = null;
  return () => {
    cached ??= compute().catch((error: unknown) => {
      cached = null;
      throw error;
    });
    return cached;
  };
}

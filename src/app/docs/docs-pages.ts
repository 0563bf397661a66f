import { Elysia } from "elysia";

import { systemRandom, type Random } from "../../kernel/random.ts";
import type { ResponseHeaders } from "../../platform/http/response-headers.ts";
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

/** What the pages need to know. */
export interface DocsPagesOptions {
  /** Gives the OpenAPI document; asked at the first call for it, and not again once it was given. */
  readonly document: () => Promise<object>;
  readonly serviceName: string;
  /** When false, only `/` is served, without its links. */
  readonly enabled: boolean;
  /** Where the style nonce of `/redoc` comes from; default: the operating system. */
  readonly random?: Random;
}

const hidden = { detail: { hide: true } };
const styleNonceBits = 128;

/** `/`, `/docs` (Swagger UI), `/redoc`, `/openapi.json` and the files that these load. No page needs another host. */
export function docsPages(options: DocsPagesOptions) {
  const pages = new Elysia({ name: "docs-pages" }).get(
    "/",
    ({ set }) => answerPage(set.headers, landingPage(options.serviceName, options.enabled)),
    hidden,
  );
  return options.enabled ? pages.use(referencePages(options)).use(assets()) : pages;
}

function referencePages(options: DocsPagesOptions) {
  const random = options.random ?? systemRandom;
  const documentText = onceGiven(async () => JSON.stringify(await options.document()));
  return new Elysia({ name: "docs-reference-pages" })
    .get(
      "/docs",
      async ({ set }) => answerPage(set.headers, await swaggerPage(options.serviceName)),
      hidden,
    )
    .get(
      "/redoc",
      async ({ set }) =>
        answerPage(set.headers, await redocPage(options.serviceName, random.token(styleNonceBits))),
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
      ({ set, request }) => answerAsset(set.headers, name, request),
      hidden,
    );
  }
  return plugin;
}

function answerPage(headers: ResponseHeaders, page: Page): string {
  headers["content-type"] = "text/html; charset=utf-8";
  headers["content-security-policy"] = page.contentSecurityPolicy;
  headers["cache-control"] = "no-store";
  return page.html;
}

async function answerAsset(
  headers: ResponseHeaders,
  name: AssetName,
  request: Request,
): Promise<Uint8Array> {
  const encoding = acceptsBrotli(request.headers.get("accept-encoding")) ? "br" : "identity";
  const [bytes, version] = await Promise.all([readAsset(name, encoding), assetVersion(name)]);
  const isCurrent = new URL(request.url, "http://localhost").searchParams.get("v") === version;
  headers["content-type"] = assetMediaType(name);
  headers["vary"] = "Accept-Encoding";
  // Another version's URL, met while replicas are being replaced, must not keep this version's bytes for ever.
  headers["cache-control"] = isCurrent ? "public, max-age=31536000, immutable" : "no-cache";
  if (encoding === "br") headers["content-encoding"] = "br";
  return bytes;
}

/** Whether a client takes brotli (RFC 9110 §12.5.3): named, or covered by `*`, and not with weight zero. */
function acceptsBrotli(acceptEncoding: string | null): boolean {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? "").toLowerCase().split(",")) {
    const [coding = "", ...parameters] = part.split(";").map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith("q="))?.slice(2) ?? "1";
    weights.set(coding, Number(weight));
  }
  return (weights.get("br") ?? weights.get("*") ?? 0) > 0;
}

/** The result of the first success; a failure is tried again at the next call. */
function onceGiven<Value>(give: () => Promise<Value>): () => Promise<Value> {
  let given: Promise<Value> | null = null;
  return () => {
    given ??= give().catch((error: unknown) => {
      given = null;
      throw error;
    });
    return given;
  };
}

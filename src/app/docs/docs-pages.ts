import { Elysia } from "elysia";

import { systemRandom, type Random } from "../../kernel/random.ts";
import type { ResponseHeaders } from "../../platform/http/exchange.ts";
import {
  assetContent,
  assetMediaType,
  assetNames,
  assetPath,
  assetVersion,
  type AssetName,
  type EncodedContent,
} from "./asset-files.ts";
import { chooseEncoding } from "./content-encoding.ts";
import { createDocumentContent } from "./document-content.ts";
import { clientHas } from "./entity-tag.ts";
import { documentationLinks, type LandingLink, landingPage } from "./landing-page.ts";
import { redocPage, swaggerPage, type Page } from "./reference-pages.ts";

/** The content and options of the pages. */
export interface DocsPagesOptions {
  /** Creates the OpenAPI document. It is called at the first request, and not again after it succeeded. */
  readonly document: () => Promise<object>;
  /** Creates the AsyncAPI document. */
  readonly eventsDocument: () => Promise<object>;
  readonly serviceName: string;
  /** What `/` links to beside the documentation. */
  readonly links?: readonly LandingLink[];
  /** When false, only `/` is served. */
  readonly enabled: boolean;
  /** The source of the style nonce of `/redoc`. Default: the operating system. */
  readonly random?: Random;
}

const hidden = { detail: { hide: true } };
const styleNonceBits = 128;

/** Routes for `/`, `/docs` (Swagger UI), `/redoc`, `/openapi.json`, `/asyncapi.json` and their files. The pages load nothing from other hosts. */
export function docsPages(options: DocsPagesOptions) {
  const { links = [], enabled, serviceName } = options;
  const landing = landingPage(serviceName, [...links, ...(enabled ? documentationLinks : [])]);
  const pages = new Elysia({ name: "docs-pages" }).get(
    "/",
    ({ set }) => sendPage(set.headers, landing),
    hidden,
  );
  return enabled ? pages.use(referencePages(options)).use(assets()) : pages;
}

function referencePages(options: DocsPagesOptions) {
  const random = options.random ?? systemRandom;
  const contentOf = {
    openapi: createDocumentContent(options.document),
    asyncapi: createDocumentContent(options.eventsDocument),
  };
  const sendDocument = async (
    set: ResponseState,
    request: Request,
    name: keyof typeof contentOf,
  ) => {
    const encoding = chooseEncoding(request.headers.get("accept-encoding"));
    const content = await contentOf[name](encoding);
    set.headers["content-type"] = "application/json; charset=utf-8";
    set.headers["cache-control"] = "no-cache";
    return sendContent(set, request, content);
  };
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
    .get("/openapi.json", ({ set, request }) => sendDocument(set, request, "openapi"), hidden)
    .get("/asyncapi.json", ({ set, request }) => sendDocument(set, request, "asyncapi"), hidden);
}

function assets() {
  const plugin = new Elysia({ name: "docs-assets" });
  for (const name of assetNames) {
    plugin.get(assetPath(name), ({ set, request }) => sendAsset(set, name, request), hidden);
  }
  return plugin;
}

function sendPage(headers: ResponseHeaders, page: Page): string {
  headers["content-type"] = "text/html; charset=utf-8";
  headers["content-security-policy"] = page.contentSecurityPolicy;
  headers["cache-control"] = "no-store";
  return page.html;
}

/** The status and the headers of a response, as the framework applies them. */
interface ResponseState {
  status?: number | string;
  readonly headers: ResponseHeaders;
}

async function sendAsset(
  set: ResponseState,
  name: AssetName,
  request: Request,
): Promise<Blob | null> {
  const content = await assetContent(name, chooseEncoding(request.headers.get("accept-encoding")));
  const isCurrent =
    new URL(request.url, "http://localhost").searchParams.get("v") === (await assetVersion(name));
  set.headers["content-type"] = assetMediaType(name);
  // While replicas are replaced, a URL of another version must not be cached with this version's bytes.
  set.headers["cache-control"] = isCurrent ? "public, max-age=31536000, immutable" : "no-cache";
  return sendContent(set, request, content);
}

/** 304 without a body for a client that has this content already (RFC 9110 §15.4.5). */
function sendContent(
  set: ResponseState,
  request: Request,
  { bytes, encoding, entityTag }: EncodedContent,
): Blob | null {
  set.headers["vary"] = "Accept-Encoding";
  set.headers["etag"] = entityTag;
  if (clientHas(entityTag, request)) {
    set.status = 304;
    return null;
  }
  if (encoding !== null) set.headers["content-encoding"] = encoding;
  return bytes;
}

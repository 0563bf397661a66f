import { promisify } from "node:util";

import redocPageStyle from "../../../dist/assets/docs/redoc-page.css.br" with { type: "file" };
import redocPageStyleGzip from "../../../dist/assets/docs/redoc-page.css.gz" with { type: "file" };
import redocPageScript from "../../../dist/assets/docs/redoc-page.js.br" with { type: "file" };
import redocPageScriptGzip from "../../../dist/assets/docs/redoc-page.js.gz" with { type: "file" };
import redocScript from "../../../dist/assets/docs/redoc.standalone.js.br" with { type: "file" };
import redocScriptGzip from "../../../dist/assets/docs/redoc.standalone.js.gz" with { type: "file" };
import swaggerPageStyle from "../../../dist/assets/docs/swagger-page.css.br" with { type: "file" };
import swaggerPageStyleGzip from "../../../dist/assets/docs/swagger-page.css.gz" with { type: "file" };
import swaggerPageScript from "../../../dist/assets/docs/swagger-page.js.br" with { type: "file" };
import swaggerPageScriptGzip from "../../../dist/assets/docs/swagger-page.js.gz" with { type: "file" };
import swaggerScript from "../../../dist/assets/docs/swagger-ui-bundle.js.br" with { type: "file" };
import swaggerScriptGzip from "../../../dist/assets/docs/swagger-ui-bundle.js.gz" with { type: "file" };
import swaggerStyle from "../../../dist/assets/docs/swagger-ui.css.br" with { type: "file" };
import swaggerStyleGzip from "../../../dist/assets/docs/swagger-ui.css.gz" with { type: "file" };
import { type ContentEncoding, taggedFor } from "./content-encoding.ts";
import { shortHash } from "./entity-tag.ts";
import { keepSuccesses } from "./keep-successes.ts";

/** The paths of the compressed files inside the executable that the documentation pages load, by name. */
const pathsByName = {
  "redoc-page.css": { br: redocPageStyle, gzip: redocPageStyleGzip },
  "redoc-page.js": { br: redocPageScript, gzip: redocPageScriptGzip },
  "redoc.standalone.js": { br: redocScript, gzip: redocScriptGzip },
  "swagger-page.css": { br: swaggerPageStyle, gzip: swaggerPageStyleGzip },
  "swagger-page.js": { br: swaggerPageScript, gzip: swaggerPageScriptGzip },
  "swagger-ui-bundle.js": { br: swaggerScript, gzip: swaggerScriptGzip },
  "swagger-ui.css": { br: swaggerStyle, gzip: swaggerStyleGzip },
} as const;

/** The name of one file that the documentation pages load. */
export type AssetName = keyof typeof pathsByName;

/** The names of all assets. */
export const assetNames: readonly AssetName[] = [
  "redoc-page.css",
  "redoc-page.js",
  "redoc.standalone.js",
  "swagger-page.css",
  "swagger-page.js",
  "swagger-ui-bundle.js",
  "swagger-ui.css",
];

/** Content in one encoding. The bytes exist once: responses share the `Blob` and copy nothing. */
export interface EncodedContent {
  readonly bytes: Blob;
  readonly encoding: ContentEncoding;
  /** Names these bytes (RFC 9110 §8.8.3); the encodings have different tags. */
  readonly entityTag: string;
}

/** The content of an asset in an encoding. It is read, and for clients without encodings unpacked, for the first one and kept. */
export function assetContent(name: AssetName, encoding: ContentEncoding): Promise<EncodedContent> {
  return encoding === null ? plainContent(name) : packedContents[encoding](name);
}

const packedContents = {
  br: keepSuccesses((name: AssetName) => packedContent(name, "br")),
  gzip: keepSuccesses((name: AssetName) => packedContent(name, "gzip")),
};

async function packedContent(name: AssetName, encoding: "br" | "gzip"): Promise<EncodedContent> {
  const bytes = new Blob([await Bun.file(pathsByName[name][encoding]).bytes()]);
  return { bytes, encoding, entityTag: taggedFor(encoding, await assetVersion(name)) };
}

const plainContent = keepSuccesses(async (name: AssetName): Promise<EncodedContent> => {
  const { brotliDecompress } = await import("node:zlib");
  const packed = await Bun.file(pathsByName[name].br).bytes();
  const bytes = new Blob([await promisify(brotliDecompress)(packed)]);
  return { bytes, encoding: null, entityTag: taggedFor(null, await assetVersion(name)) };
});

/** A short hash of an asset's bytes. A URL with it may be cached without limit. */
export const assetVersion = keepSuccesses(async (name: AssetName) =>
  shortHash(await Bun.file(pathsByName[name].br).bytes()),
);

/** The path at which an asset is served. */
export function assetPath(name: AssetName): string {
  return `/docs/assets/${name}`;
}

/** The path of an asset with its version in the query string. */
export async function assetUrl(name: AssetName): Promise<string> {
  return `${assetPath(name)}?v=${await assetVersion(name)}`;
}

/** The media type of an asset, by the extension of its name. */
export function assetMediaType(name: AssetName): string {
  return name.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
}

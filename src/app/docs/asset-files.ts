import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

import redocPageStyle from "../../../dist/assets/docs/redoc-page.css.br" with { type: "file" };
import redocPageScript from "../../../dist/assets/docs/redoc-page.js.br" with { type: "file" };
import redocScript from "../../../dist/assets/docs/redoc.standalone.js.br" with { type: "file" };
import swaggerPageStyle from "../../../dist/assets/docs/swagger-page.css.br" with { type: "file" };
import swaggerPageScript from "../../../dist/assets/docs/swagger-page.js.br" with { type: "file" };
import swaggerScript from "../../../dist/assets/docs/swagger-ui-bundle.js.br" with { type: "file" };
import swaggerStyle from "../../../dist/assets/docs/swagger-ui.css.br" with { type: "file" };
import { shortHash } from "./entity-tag.ts";
import { keepSuccesses } from "./keep-successes.ts";

/** The paths of the brotli-compressed files inside the executable that the documentation pages load, by name. */
const pathByName = {
  "redoc-page.css": redocPageStyle,
  "redoc-page.js": redocPageScript,
  "redoc.standalone.js": redocScript,
  "swagger-page.css": swaggerPageStyle,
  "swagger-page.js": swaggerPageScript,
  "swagger-ui-bundle.js": swaggerScript,
  "swagger-ui.css": swaggerStyle,
} as const;

/** The name of one file that the documentation pages load. */
export type AssetName = keyof typeof pathByName;

const unpack = promisify(brotliDecompress);

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

/** An asset in one encoding. The bytes exist once: responses share the `Blob` and copy nothing. */
export interface AssetContent {
  readonly bytes: Blob;
  /** Names these bytes (RFC 9110 §8.8.3); the encodings have different tags. */
  readonly entityTag: string;
}

/** An asset as it is stored, compressed with brotli. */
export const compressedAsset = keepSuccesses(async (name: AssetName): Promise<AssetContent> => {
  const bytes = new Blob([await Bun.file(pathByName[name]).bytes()]);
  return { bytes, entityTag: `"${await assetVersion(name)}-br"` };
});

/** An asset for clients without brotli. It is decompressed for the first one and kept. */
export const plainAsset = keepSuccesses(async (name: AssetName): Promise<AssetContent> => {
  const bytes = new Blob([await unpack(await Bun.file(pathByName[name]).bytes())]);
  return { bytes, entityTag: `"${await assetVersion(name)}"` };
});

/** A short hash of an asset's bytes. A URL with it may be cached without limit. */
export const assetVersion = keepSuccesses(async (name: AssetName) =>
  shortHash(await Bun.file(pathByName[name]).bytes()),
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

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

import redocPageStyle from "../../../dist/assets/docs/redoc-page.css.br" with { type: "file" };
import redocPageScript from "../../../dist/assets/docs/redoc-page.js.br" with { type: "file" };
import redocScript from "../../../dist/assets/docs/redoc.standalone.js.br" with { type: "file" };
import swaggerPageStyle from "../../../dist/assets/docs/swagger-page.css.br" with { type: "file" };
import swaggerPageScript from "../../../dist/assets/docs/swagger-page.js.br" with { type: "file" };
import swaggerScript from "../../../dist/assets/docs/swagger-ui-bundle.js.br" with { type: "file" };
import swaggerStyle from "../../../dist/assets/docs/swagger-ui.css.br" with { type: "file" };

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
const versions = new Map<AssetName, Promise<string>>();

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

/** The bytes of an asset, as brotli or decompressed. */
export async function readAsset(
  name: AssetName,
  encoding: "br" | "identity",
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = await Bun.file(pathByName[name]).bytes();
  return encoding === "br" ? packed : new Uint8Array(await unpack(packed));
}

/** A short hash of an asset's bytes, computed once. A URL with it may be cached without limit. */
export function assetVersion(name: AssetName): Promise<string> {
  const known = versions.get(name);
  if (known !== undefined) return known;
  const version = readAsset(name, "br").then((bytes) =>
    createHash("sha256").update(bytes).digest("base64url").slice(0, 16),
  );
  versions.set(name, version);
  return version;
}

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

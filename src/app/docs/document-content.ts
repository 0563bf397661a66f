import { promisify } from "node:util";

import type { EncodedContent } from "./asset-files.ts";
import { type ContentEncoding, taggedFor } from "./content-encoding.ts";
import { shortHash } from "./entity-tag.ts";
import { keepSuccesses } from "./keep-successes.ts";

/** More takes a second for a document of this size, and saves a tenth. */
const brotliQuality = 6;

async function compress(text: string, encoding: "br" | "gzip") {
  const { brotliCompress, constants, gzip } = await import("node:zlib");
  if (encoding === "gzip") return promisify(gzip)(text);
  const params = { [constants.BROTLI_PARAM_QUALITY]: brotliQuality };
  return promisify(brotliCompress)(text, { params });
}

/** The content of a JSON document that `create` makes, in each encoding. It is made at the first request, and kept. */
export function createDocumentContent(
  create: () => Promise<object>,
): (encoding: ContentEncoding) => Promise<EncodedContent> {
  const textOf = keepSuccesses(async (_name: "document") => JSON.stringify(await create()));
  return keepSuccesses(async (encoding: ContentEncoding) => {
    const text = await textOf("document");
    const entityTag = taggedFor(encoding, shortHash(text));
    const packed = encoding === null ? text : await compress(text, encoding);
    return { bytes: new Blob([packed]), encoding, entityTag };
  });
}

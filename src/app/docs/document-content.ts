import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import type { EncodedContent } from "./asset-files.ts";
import { type ContentEncoding, taggedFor } from "./content-encoding.ts";
import { shortHash } from "./entity-tag.ts";
import { keepSuccesses } from "./keep-successes.ts";

/** More takes a second for a document of this size, and saves a tenth. */
const brotliQuality = 6;

const compress = {
  br: (text: string) =>
    promisify(brotliCompress)(text, {
      params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality },
    }),
  gzip: (text: string) => promisify(gzip)(text),
};

/** The content of a JSON document that `create` makes, in each encoding. It is made at the first request, and kept. */
export function createDocumentContent(
  create: () => Promise<object>,
): (encoding: ContentEncoding) => Promise<EncodedContent> {
  const textOf = keepSuccesses(async (_name: "document") => JSON.stringify(await create()));
  return keepSuccesses(async (encoding: ContentEncoding) => {
    const text = await textOf("document");
    const entityTag = taggedFor(encoding, shortHash(text));
    const packed = encoding === null ? text : await compress[encoding](text);
    return { bytes: new Blob([packed]), encoding, entityTag };
  });
}

import { unreadableFile } from "./unreadable-file.ts";

/** JSON documents are read as a whole, and take several times their size in memory. */
const largestMebibytes = 512;

/** The value of a JSON document. Throws `VALIDATION_ERROR` for a file that is none, or that is larger than 512 MiB. */
export async function readDocument(chunks: AsyncIterable<Uint8Array>): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > largestMebibytes * 2 ** 20) {
      throw unreadableFile(`it is larger than ${largestMebibytes} MiB. Import it in parts.`);
    }
    parts.push(chunk.slice());
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts)));
  } catch {
    throw unreadableFile("it is not a JSON document.");
  }
}

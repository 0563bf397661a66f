/** The first byte of a file that is no white space and no byte order mark, or undefined; and the whole file. */
export async function peekFirstByte(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ first: number | undefined; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let first: number | undefined;
  while (first === undefined) {
    const next = await iterator.next();
    if (next.done === true) break;
    // Copied, since the reader of the file may reuse the chunk.
    read.push(next.value.slice());
    first = next.value.find((byte) => byte > space && !byteOrderMark.has(byte));
  }
  return { first, chunks: continued(read, iterator) };
}

const space = 0x20;
const byteOrderMark = new Set([0xef, 0xbb, 0xbf]);

async function* continued(
  read: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* read;
  yield* { [Symbol.asyncIterator]: () => iterator };
}

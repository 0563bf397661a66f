/** A line of a file, counted from 1; `text` is null for one that is too long or not UTF-8. */
export interface Line {
  readonly number: number;
  readonly text: string | null;
}

const lineEnd = 0x0a;

/**
 * The lines of a file of any size, a few at a time. A byte order mark and carriage returns are left out. No more than
 * `longestLineBytes` of a line are held in memory.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  longestLineBytes: number,
): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;

  const keep = (part: Uint8Array): void => {
    pendingBytes += part.length;
    // Of a line that is too long only its length is needed.
    if (pendingBytes <= longestLineBytes) pending.push(part);
  };
  const endLine = (): Line => {
    number += 1;
    const bytes = pendingBytes <= longestLineBytes ? Buffer.concat(pending) : null;
    pending = [];
    pendingBytes = 0;
    return { number, text: bytes === null ? null : decode(decoder, bytes) };
  };

  for await (const chunk of chunks) {
    let begin = 0;
    for (let end = chunk.indexOf(lineEnd); end >= 0; end = chunk.indexOf(lineEnd, begin)) {
      keep(chunk.subarray(begin, end));
      yield endLine();
      begin = end + 1;
    }
    // Copied, since the reader of the file may reuse the chunk.
    if (begin < chunk.length) keep(chunk.slice(begin));
  }
  if (pendingBytes > 0) yield endLine();
}

function decode(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes).replace(/\r$/, "");
  } catch {
    return null;
  }
}

/** A line that counts what a command has done so far. */
export interface Progress {
  /** Writes the count over the one before. */
  show(count: number): void;
  /** Removes the line, so that other lines can be printed. */
  clear(): void;
}

const startOfLine = "\r";
const clearLine = "\u001B[K";

/** Progress on a terminal, such as `12000 users`; nothing on any other stream, such as a file or a pipe. */
export function createProgress(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "write">,
  unit: string,
): Progress {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  let isShown = false;
  return {
    show(count) {
      stream.write(`${startOfLine}${count} ${unit}${clearLine}`);
      isShown = true;
    },
    clear() {
      if (isShown) stream.write(`${startOfLine}${clearLine}`);
      isShown = false;
    },
  };
}

/** Writes the entries of a tar archive (POSIX ustar), one after the other. */
export interface TarWriter {
  directory(name: string): Promise<void>;
  /** The content is cut or filled with zeros to the size: a file may change while it is read. */
  file(name: string, size: number, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Writes the end of the archive. */
  end(): Promise<void>;
}

const blockBytes = 512;

/** Creates a writer of an archive in which only the owner may read and write. Names have at most 100 characters. */
export function createTar(write: (bytes: Uint8Array) => Promise<void>): TarWriter {
  const zeros = (length: number) => write(new Uint8Array(length));
  return {
    directory: (name) => write(header({ name: `${name}/`, mode: "0000700", size: 0, type: "5" })),
    async file(name, size, content) {
      await write(header({ name, mode: "0000600", size, type: "0" }));
      let missing = size;
      for await (const chunk of content) {
        await write(chunk.subarray(0, missing));
        missing = Math.max(0, missing - chunk.length);
      }
      await zeros(missing + ((blockBytes - (size % blockBytes)) % blockBytes));
    },
    end: () => zeros(2 * blockBytes),
  };
}

interface Entry {
  readonly name: string;
  readonly mode: string;
  readonly size: number;
  readonly type: "0" | "5";
}

function header({ name, mode, size, type }: Entry): Uint8Array {
  const block = Buffer.alloc(blockBytes);
  if (Buffer.byteLength(name) > 100) throw new Error(`the name ${name} is too long for an archive`);
  block.write(name, 0);
  block.write(`${mode}\0`, 100);
  block.write(`${octal(0, 7)}\0${octal(0, 7)}\0`, 108);
  block.write(`${octal(size, 11)}\0${octal(0, 11)}\0`, 124);
  // The checksum is computed with spaces in its own place.
  block.write(" ".repeat(8), 148);
  block.write(type, 156);
  block.write("ustar\u{0}00", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

const importSection = 2;
const limitsHaveMaximum = 1;
const limitsAreShared = 2;
/** 4 GiB in pages of 64 KiB, the most that a module can declare. A module accepts any memory with a smaller maximum. */
const largestMaximum = 65_536;

/**
 * A WebAssembly module that imports a shared memory where this one imports an ordinary one. PGlite's modules are compiled
 * for an ordinary memory, which no other thread can reach, so that nothing could cancel a statement.
 */
export function importSharedMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = createReader(module, 8);
  while (reader.position < module.length) {
    const start = reader.position;
    const id = reader.byte();
    const end = reader.number() + reader.position;
    if (id === importSection) {
      const content = rewriteImports(module.subarray(reader.position, end));
      return concatenate([
        module.subarray(0, start),
        [importSection, ...encodeNumber(content.length)],
        content,
        module.subarray(end),
      ]);
    }
    reader.position = end;
  }
  throw new Error("the module imports no memory");
}

function rewriteImports(section: Uint8Array): Uint8Array {
  const reader = createReader(section, 0);
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.skip(reader.number());
    reader.skip(reader.number());
    const kind = reader.byte();
    if (kind === 2) {
      const start = reader.position;
      const { minimum, maximum } = readLimits(reader);
      return concatenate([
        section.subarray(0, start),
        [limitsHaveMaximum | limitsAreShared, ...encodeNumber(minimum)],
        encodeNumber(maximum ?? largestMaximum),
        section.subarray(reader.position),
      ]);
    }
    skipDescription(kind, reader);
  }
  throw new Error("the module imports no memory");
}

/** Skips the type of an imported function, table, global or tag. */
function skipDescription(kind: number, reader: Reader): void {
  if (kind === 0) reader.number();
  else if (kind === 1) {
    reader.byte();
    readLimits(reader);
  } else if (kind === 3) reader.skip(2);
  else if (kind === 4) {
    reader.byte();
    reader.number();
  } else throw new Error(`the module has an import of the unknown kind ${kind}`);
}

function readLimits(reader: Reader): { minimum: number; maximum: number | null } {
  const flags = reader.byte();
  const minimum = reader.number();
  return { minimum, maximum: (flags & limitsHaveMaximum) === 0 ? null : reader.number() };
}

interface Reader {
  position: number;
  skip(length: number): void;
  byte(): number;
  /** An unsigned LEB128 number. */
  number(): number;
}

function createReader(bytes: Uint8Array, position: number): Reader {
  return {
    position,
    skip(length) {
      this.position += length;
    },
    byte() {
      const value = bytes[this.position];
      if (value === undefined) throw new Error("the module is cut off");
      this.position += 1;
      return value;
    },
    number() {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        const byte = this.byte();
        value += (byte & 127) * factor;
        if (byte < 128) return value;
      }
    },
  };
}

function encodeNumber(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function concatenate(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

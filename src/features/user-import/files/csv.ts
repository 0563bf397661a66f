import { unreadableFile } from "./unreadable-file.ts";

/** A record of a CSV file, and the line in which it begins. */
export interface CsvRecord {
  readonly number: number;
  readonly values: readonly string[];
}

/** A longer record is a quoted value without its closing quote. */
const longestRecord = 2 ** 20;

/**
 * The records of a CSV file in UTF-8 (RFC 4180), a few at a time; line breaks may be LF alone. Throws `VALIDATION_ERROR` for other
 * encodings and for a quoted value that does not end.
 */
export async function* readCsv(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  const reader = createRecordReader();
  for await (const text of decode(chunks)) yield* reader.read(text);
  yield* reader.end();
}

async function* decode(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw unreadableFile("it is not UTF-8.");
    throw error;
  }
}

/** Reads text piece by piece: a value, or a pair of quotes, may be divided between two pieces. */
function createRecordReader() {
  let line = 1;
  let begin = 1;
  let values: string[] = [];
  let value = "";
  let length = 0;
  let isQuoted = false;
  /** Whether the last character was a quote within a quoted value: its end, or the first of a pair. */
  let isAfterQuote = false;

  const endValue = (): void => {
    values.push(value);
    value = "";
    isQuoted = false;
    isAfterQuote = false;
  };
  const endRecord = (): CsvRecord[] => {
    const isBlank = values.length === 0 && value === "" && !isAfterQuote;
    endValue();
    const record = { number: begin, values };
    values = [];
    length = 0;
    begin = line;
    return isBlank ? [] : [record];
  };
  const add = (character: string): void => {
    value += character;
    length += 1;
    if (length > longestRecord) throw unreadableFile(`the record of line ${begin} does not end.`);
  };

  return {
    *read(text: string): Generator<CsvRecord> {
      for (const character of text) {
        if (character === "\n") line += 1;
        if (isQuoted && !isAfterQuote) {
          if (character === '"') isAfterQuote = true;
          else add(character);
        } else if (isAfterQuote && character === '"') {
          isAfterQuote = false;
          add(character);
        } else if (character === '"' && value === "") isQuoted = true;
        else if (character === ",") endValue();
        else if (character === "\n") yield* endRecord();
        else if (character !== "\r") add(character);
      }
    },
    *end(): Generator<CsvRecord> {
      if (isQuoted && !isAfterQuote)
        throw unreadableFile(`the record of line ${begin} does not end.`);
      if (value !== "" || values.length > 0 || isAfterQuote) yield* endRecord();
    },
  };
}

import { AppError } from "../../kernel/errors.ts";

const maximumDepth = 32;
const maximumKeys = 1000;

/**
 * Parses a JSON text and refuses what parsers disagree on (RFC 8259 §4, RFC 7493 §2): a key given twice, depth
 * or keys beyond any use. Throws `VALIDATION_ERROR`, without repeating anything of the text.
 */
export function parseJsonBody(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("The body is not valid JSON.");
  }
  checkStructure(text);
  return value;
}

/** One pass over a text that is known to be valid JSON, with the set of keys of every object still open. */
function checkStructure(text: string): void {
  const open: Array<Set<string> | null> = [];
  let keys = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === quote) {
      const end = endOfString(text, index);
      const parent = open.at(-1);
      if (parent && isKey(text, end)) {
        const key: unknown = JSON.parse(text.slice(index, end + 1));
        if (typeof key !== "string" || parent.has(key)) throw malformed("A field is given twice.");
        parent.add(key);
        keys += 1;
        if (keys > maximumKeys) throw malformed("The body has too many fields.");
      }
      index = end;
    } else if (character === openBrace || character === openBracket) {
      open.push(character === openBrace ? new Set() : null);
      if (open.length > maximumDepth) throw malformed("The body is nested too deeply.");
    } else if (character === closeBrace || character === closeBracket) {
      open.pop();
    }
  }
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text.charCodeAt(index) !== quote) {
    index += text.charCodeAt(index) === backslash ? 2 : 1;
  }
  return index;
}

function isKey(text: string, endOfQuoted: number): boolean {
  let index = endOfQuoted + 1;
  while (text.charCodeAt(index) <= 0x20) index += 1;
  return text.charCodeAt(index) === colon;
}

function malformed(message: string): AppError {
  return new AppError("VALIDATION_ERROR", message, {
    faults: [{ field: "body", issue: message }],
  });
}

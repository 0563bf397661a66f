import { AppError } from "../../kernel/errors.ts";

const maximumDepth = 32;
const maximumCommas = 1000;

/**
 * Parses the JSON object of a body and rejects what parsers disagree on (RFC 8259 §4, RFC 7493 §2): a repeated key,
 * excessive depth, too many members. Throws `VALIDATION_ERROR`, whose message contains nothing of the text.
 */
export function parseJsonBody(text: string): unknown {
  try {
    checkStructure(text);
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) throw malformed("The body must be a JSON object.");
    return value;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw malformed("The body is not valid JSON.");
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * One pass over a text that may not be JSON, with the keys of every object that is not closed yet. It runs before the parser,
 * which would otherwise build the values that are rejected here.
 */
function checkStructure(text: string): void {
  const unclosed: Array<Set<string> | null> = [];
  let commas = 0;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case quote: {
        const end = endOfString(text, index);
        const keys = unclosed.at(-1);
        if (keys && isKey(text, end)) addKey(keys, text.slice(index, end + 1));
        index = end;
        break;
      }
      case comma:
        commas += 1;
        if (commas > maximumCommas) throw malformed("The body has too many members.");
        break;
      case openBrace:
      case openBracket:
        unclosed.push(text.charCodeAt(index) === openBrace ? new Set() : null);
        if (unclosed.length > maximumDepth) throw malformed("The body is nested too deeply.");
        break;
      case closeBrace:
      case closeBracket:
        unclosed.pop();
        break;
      default:
    }
  }
}

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Where the string that starts here ends: the place of its closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

/** Whether an odd number of backslashes stands before this place. */
function isEscaped(text: string, index: number): boolean {
  let start = index;
  while (text.charCodeAt(start - 1) === backslash) start -= 1;
  return (index - start) % 2 === 1;
}

function isKey(text: string, endOfQuoted: number): boolean {
  let index = endOfQuoted + 1;
  while (text.charCodeAt(index) <= 0x20) index += 1;
  return text.charCodeAt(index) === colon;
}

/** Keys are compared without escapes: `"a"` and `"\u0061"` are the same key. */
function addKey(keys: Set<string>, quoted: string): void {
  const key: unknown = JSON.parse(quoted);
  if (typeof key !== "string" || keys.has(key)) throw malformed("A field is given twice.");
  keys.add(key);
}

function malformed(message: string): AppError {
  return new AppError("VALIDATION_ERROR", message, {
    faults: [{ field: "body", issue: message }],
  });
}

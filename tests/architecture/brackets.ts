const pairs: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** The offset of the bracket that closes the one at an offset, or -1. Strings and comments in the code are blanked. */
export function closingBracket(code: string, openAt: number): number {
  const open = code[openAt] ?? "";
  const close = pairs[open];
  let depth = 0;
  for (let offset = openAt; offset < code.length; offset += 1) {
    if (code[offset] === open) depth += 1;
    else if (code[offset] === close) depth -= 1;
    if (depth === 0) return offset;
  }
  return -1;
}

/** Splits code at the commas that are outside of brackets. */
export function splitAtCommas(code: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let offset = 0; offset < code.length; offset += 1) {
    const character = code[offset] ?? "";
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    else if (character === "," && depth === 0) {
      parts.push(code.slice(start, offset));
      start = offset + 1;
    }
  }
  return [...parts, code.slice(start)];
}

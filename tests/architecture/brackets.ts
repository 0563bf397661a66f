const pairs: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Where the bracket that opens at an offset closes, or -1; the code's strings and comments are blanked. */
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

/** The parts between the commas that stand in no bracket of their own. */
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

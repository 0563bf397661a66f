/** A part of a text: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

interface Token extends Span {
  readonly kind: "comment" | "literal" | "other";
}

const plain =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<literal>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|[\w$]+|\s+|[\s\S]/y;
const regularExpression = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const templateText = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{|$)/y;

/** A regular expression, not a division, follows one of these words. */
const wordBeforeExpression = /^(?:return|typeof|case|in|of|void|delete|throw|else|do|await|yield)$/;

/** The comments of a TypeScript text. */
export function findComments(text: string): Span[] {
  return tokensOf(text).filter((token) => token.kind === "comment");
}

/** The insides of strings, template texts and regular expressions, without their delimiters. */
export function findLiterals(text: string): Span[] {
  return tokensOf(text)
    .filter((token) => token.kind === "literal")
    .map(({ start, end }) => ({
      start: start + 1,
      end: text[end - 1] === "{" ? end - 2 : end - 1,
    }));
}

/** The text with the spans turned to spaces; line breaks and offsets stay. */
export function blank(text: string, spans: readonly Span[]): string {
  let blanked = "";
  let position = 0;
  for (const { start, end } of spans) {
    blanked += text.slice(position, start) + text.slice(start, end).replace(/[^\n]/g, " ");
    position = end;
  }
  return blanked + text.slice(position);
}

let latest: { readonly text: string; readonly tokens: readonly Token[] } | null = null;

function tokensOf(text: string): readonly Token[] {
  if (latest?.text !== text) latest = { text, tokens: tokenize(text) };
  return latest.tokens;
}

/** Splits a text so far that comments and literals stand apart from the rest. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  /** For each template that is open, how many braces are open inside its `${`. */
  const openTemplates: number[] = [];
  let before = "";
  let position = 0;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    return pattern.exec(text);
  };

  while (position < text.length) {
    const start = position;
    const character = text[position] ?? "";
    const depth = openTemplates.at(-1);

    if (character === "`" || (character === "}" && depth === 0)) {
      if (character === "}") openTemplates.pop();
      position += 1;
      position += take(templateText)?.[0].length ?? 0;
      if (text.endsWith("${", position)) openTemplates.push(0);
      tokens.push({ kind: "literal", start, end: position });
      before = "`";
      continue;
    }
    const expression =
      character === "/" && expressionMayFollow(before) ? take(regularExpression) : null;
    if (expression) {
      position += expression[0].length;
      tokens.push({ kind: "literal", start, end: position });
      before = ")";
      continue;
    }
    const match = take(plain);
    const piece = match?.[0] ?? character;
    position += piece.length;
    const kind = kindOf(match);
    tokens.push({ kind, start, end: position });
    if (depth !== undefined && piece === "{") openTemplates[openTemplates.length - 1] = depth + 1;
    if (depth !== undefined && piece === "}") openTemplates[openTemplates.length - 1] = depth - 1;
    if (kind !== "comment" && piece.trim() !== "") before = piece;
  }
  return tokens;
}

function kindOf(match: RegExpExecArray | null): Token["kind"] {
  if (match?.groups?.["comment"]) return "comment";
  return match?.groups?.["literal"] ? "literal" : "other";
}

function expressionMayFollow(before: string): boolean {
  return wordBeforeExpression.test(before) || !/[\w$)\]}"'`]$/.test(before);
}

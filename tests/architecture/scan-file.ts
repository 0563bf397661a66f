import { posix } from "node:path";

import { type Span, blank, findComments, findLiterals } from "./tokens.ts";

/** One `import`, `export … from`, `import()` or `require()`, of a value or of a type. */
export interface Import {
  /** What is imported, as written; null where it is not a plain string. */
  readonly specifier: string | null;
  /** The path that a relative specifier means, from the repository's root; null for a package. */
  readonly target: string | null;
  /** The package's name, `node:x` for Node's own modules; null for a relative specifier. */
  readonly packageName: string | null;
  /** The names taken, as the module calls them; `*` stands for the whole module or its default. */
  readonly names: readonly string[];
  readonly line: number;
}

/** One comment; `text` holds its delimiters, and lines count from 1. */
export interface Comment {
  readonly text: string;
  readonly firstLine: number;
  readonly lastLine: number;
  /** Whether nothing but space stands before it on its line. */
  readonly ownLine: boolean;
}

/** What one pass over a file finds; `code` and `uncommented` keep every offset of `text`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** The text with comments and the insides of strings, templates and regular expressions blanked. */
  readonly code: string;
  /** The text with comments blanked. */
  readonly uncommented: string;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  lineAt(offset: number): number;
}

const fromClause = /(?<![\w$.])(?:import|export)\b(?!\s*[.(])([^;'"`()=]*?)\bfrom\s*["']/g;
const bareImport = /(?<![\w$.])import\s*["']/g;
const importCall = /(?<![\w$.])(?:import|require|import\.meta\.resolve)\s*\(\s*/g;

/** Scans one TypeScript file, in one pass over its tokens and three over its masked text. */
export function scanFile(path: string, text: string): SourceFile {
  const comments = findComments(text);
  const uncommented = blank(text, comments);
  const code = blank(uncommented, findLiterals(text));
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineAt = (offset: number): number => countUpTo(lineStarts, offset);
  return {
    path,
    text,
    code,
    uncommented,
    comments: comments.map((span) => toComment(text, span, lineAt)),
    imports: findImports(path, code, uncommented).map(({ offset, ...found }) => ({
      ...found,
      line: lineAt(offset),
    })),
    lineAt,
  };
}

type Found = Omit<Import, "line"> & { readonly offset: number };

function findImports(path: string, code: string, text: string): Found[] {
  const found = (match: RegExpExecArray, quoteAt: number, names: string[]): Found => {
    const specifier = readString(code, text, quoteAt);
    const relative = specifier?.startsWith(".") === true;
    return {
      specifier,
      target: relative ? posix.normalize(posix.join(posix.dirname(path), specifier)) : null,
      packageName: specifier === null || relative ? null : packageNameOf(specifier),
      names,
      offset: match.index,
    };
  };
  const last = (match: RegExpExecArray): number => match.index + match[0].length - 1;
  return [
    ...[...code.matchAll(fromClause)].map((match) =>
      found(match, last(match), namesIn(match[1] ?? "")),
    ),
    ...[...code.matchAll(bareImport)].map((match) => found(match, last(match), [])),
    ...[...code.matchAll(importCall)].map((match) => found(match, last(match) + 1, ["*"])),
  ].toSorted((one, other) => one.offset - other.offset);
}

/** The names in what stands between `import` and `from`. */
function namesIn(clause: string): string[] {
  const braces = /\{([\s\S]*)\}/.exec(clause);
  const outside = clause.replace(/\{[\s\S]*\}/, "").replace(/^\s*type\b/, "");
  const named = (braces?.[1] ?? "")
    .split(",")
    .map((name) =>
      name
        .trim()
        .replace(/^type\s+/, "")
        .replace(/\s+as\s[\s\S]*$/, ""),
    )
    .map((name) => (name === "default" ? "*" : name))
    .filter((name) => name !== "");
  return /[\w$*]/.test(outside) ? ["*", ...named] : named;
}

/** The string literal that begins at an offset, or null if there is something else. */
function readString(code: string, text: string, quoteAt: number): string | null {
  const quote = code[quoteAt];
  if (quote !== '"' && quote !== "'" && quote !== "`") return null;
  const end = code.indexOf(quote, quoteAt + 1);
  const inside = code.slice(quoteAt + 1, end);
  return inside.trim() === "" ? text.slice(quoteAt + 1, end) : null;
}

function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function toComment(text: string, span: Span, lineAt: (offset: number) => number): Comment {
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  return {
    text: text.slice(span.start, span.end),
    firstLine: lineAt(span.start),
    lastLine: lineAt(span.end - 1),
    ownLine: text.slice(lineStart, span.start).trim() === "",
  };
}

/** How many of the ascending numbers are at most `limit`. */
function countUpTo(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

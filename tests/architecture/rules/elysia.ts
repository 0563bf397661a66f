import { closingBracket, splitAtCommas } from "../brackets.ts";
import type { SourceFile } from "../scan-file.ts";
import {
  type Rule,
  type SourceTree,
  type Violation,
  isRoutesFile,
  productFiles,
  typeScriptFiles,
} from "../source-tree.ts";

/** Elysia reads the source text of handlers to decide what to compute. These rules keep that text readable for it. */
export const elysiaRules: readonly Rule[] = [
  { name: "context patterns", check: (tree) => handlerFiles(tree).flatMap(checkPatterns) },
  { name: "bound handlers", check: (tree) => handlerFiles(tree).flatMap(checkBound) },
  { name: "ahead-of-time handlers", check: (tree) => productFiles(tree).flatMap(checkAheadOfTime) },
  { name: "guard marks", check: (tree) => productFiles(tree).flatMap(checkMarks) },
  { name: "unminified build", check: checkBuild },
];

/** The files that can hold a handler: those that import Elysia, and every `routes.ts`. */
function handlerFiles(tree: SourceTree): SourceFile[] {
  return productFiles(tree).filter(
    (file) =>
      isRoutesFile(file.path) ||
      file.imports.some(({ packageName }) => /^elysia$|^@elysiajs\//.test(packageName ?? "")),
  );
}

function checkPatterns(file: SourceFile): Violation[] {
  const { code } = file;
  const violations: Violation[] = [];
  for (const match of code.matchAll(/(?:\(|\b(?:const|let)\s)\s*\{/g)) {
    const braceAt = match.index + match[0].length - 1;
    const braceEnd = closingBracket(code, braceAt);
    const isPattern = match[0].startsWith("(")
      ? opensFunction(code, match.index)
      : /^\s*=\s*(?:context|ctx|c)\s*[;\n]/.test(code.slice(braceEnd + 1));
    if (!isPattern || !splitAtCommas(code.slice(braceAt + 1, braceEnd)).some(isAlias)) continue;
    violations.push({
      path: file.path,
      line: file.lineAt(braceAt),
      message:
        "An alias in a context pattern makes Elysia omit the value: use the name as it is, and rename it in the body.",
    });
  }
  return violations;
}

/** Whether the parenthesis at an offset opens a function's parameters, not a call's arguments. */
function opensFunction(code: string, openAt: number): boolean {
  const after = code.slice(closingBracket(code, openAt) + 1);
  if (/^\s*(?::[^;=]*)?=>/.test(after)) return true;
  const isNamed = /\bfunction\b[^(){};]*$|[{,]\s*(?:async\s+)?\w+\s*$/.test(
    code.slice(Math.max(0, openAt - 200), openAt),
  );
  return isNamed && /^\s*(?::[^;=()]*)?\{/.test(after);
}

/** Whether an element of a pattern gives its property another name, or takes it apart. */
function isAlias(element: string): boolean {
  return /^\s*(?:[\w$]+|\[[^\]]*\]|["'][^"']*["'])\s*:/.test(element);
}

function checkBound(file: SourceFile): Violation[] {
  return linesWith(
    file,
    /(?:\?\.|\.)\s*bind\s*\(/g,
    "Elysia cannot read a bound function's text: pass an arrow function that calls it.",
  );
}

function checkAheadOfTime(file: SourceFile): Violation[] {
  return linesWith(
    file,
    /\baot\s*:\s*false\b/g,
    "Without ahead-of-time handlers Elysia responds with other statuses: do not change `aot`.",
  );
}

/** The two files that may name the functions that mark a guard or a body reader: any other could mark what guards nothing. */
const markingFiles = ["src/platform/http/route-kit.ts", "src/platform/http/route-marks.ts"];

function checkMarks(file: SourceFile): Violation[] {
  if (markingFiles.includes(file.path)) return [];
  return linesWith(
    file,
    /\bmark(?:Guard|Reader)\b/g,
    "Only the route kit marks guards and body readers: state the access of a route by its macros.",
  );
}

function linesWith(file: SourceFile, pattern: RegExp, message: string): Violation[] {
  return [...file.code.matchAll(pattern)].map((match) => ({
    path: file.path,
    line: file.lineAt(match.index),
    message,
  }));
}

/** What can build the product: the package's scripts, and everything outside `src/` and `tests/`. */
function checkBuild(tree: SourceTree): Violation[] {
  const scanned = new Map(typeScriptFiles(tree).map((file) => [file.path, file.uncommented]));
  return [...tree]
    .filter(([path]) => !path.startsWith("src/") && !path.startsWith("tests/"))
    .flatMap(([path, text]) =>
      (scanned.get(path) ?? text.replace(/^\s*#(?!!).*$/gm, ""))
        .split("\n")
        .flatMap((content, index) =>
          minifies(content) ? [{ path, line: index + 1, message: minifyMessage }] : [],
        ),
    );
}

const minifyMessage =
  "A minified build changes the handler text that Elysia reads, and so its responses: build without it.";

function minifies(line: string): boolean {
  if (/--minify\b|\bminify\s*:\s*(?:true|\{)/.test(line)) return true;
  return /--production\b/.test(line) && !/\b(?:install|knip)\b/.test(line);
}

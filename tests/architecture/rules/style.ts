import type { Comment, SourceFile } from "../scan-file.ts";
import {
  type Rule,
  type Violation,
  belongsTo,
  productFiles,
  typeScriptFiles,
} from "../source-tree.ts";

const longestFileLines = 250;
const longestDocLines = 6;
const longestCommentLines = 3;

/** Names that do not describe the purpose of a file or folder. */
const emptyNames = /\/(?:services?|utils?|helpers?|common|misc)(?:\.ts$|\/)/;

/** Rules for the readability of files. */
export const styleRules: readonly Rule[] = [
  { name: "file names", check: (tree) => productFiles(tree).flatMap(checkName) },
  { name: "file length", check: (tree) => productFiles(tree).flatMap(checkLength) },
  { name: "casts", check: (tree) => productFiles(tree).flatMap(checkCasts) },
  { name: "documented exports", check: (tree) => productFiles(tree).flatMap(checkDocumented) },
  { name: "comment length", check: (tree) => typeScriptFiles(tree).flatMap(checkComments) },
];

function checkName({ path }: SourceFile): Violation[] {
  if (!emptyNames.test(path)) return [];
  return [
    {
      path,
      line: 1,
      message: "The name does not describe the content: name the file for its idea.",
    },
  ];
}

function checkLength({ path, text }: SourceFile): Violation[] {
  const lines = text.trimEnd().split("\n").length;
  if (lines <= longestFileLines) return [];
  const message = `${lines} lines, and at most ${longestFileLines} are allowed: split it into files of one idea each.`;
  return [{ path, line: longestFileLines + 1, message }];
}

/** `import { a as b }` and the like, where `as` is no cast. */
const renaming = /(?<![\w$.])(?:import|export)\b[^;'"`()=]*?(?:\bfrom\s*["']|\})/g;
/** `function asX(…): X { return … as X; }`: a cast that has a name and does nothing else. */
const namedCast = /\bfunction\s+as[A-Z]\w*[^{};]*\{\s*return\s[^;]*;\s*\}/g;
const mappedKey = /\[\s*\w+\s+in\s[^\]]*$/;

function checkCasts(file: SourceFile): Violation[] {
  if (belongsTo(file.path, "src/kernel/cast")) return [];
  const blankOut = (part: string): string => part.replace(/[^\n]/g, " ");
  const code = file.code.replace(renaming, blankOut).replace(namedCast, blankOut);
  return [...code.matchAll(/(?<=[\w$)\]}"'`!>]\s+)as\s+(?!const\b)[\w$({["'`]/g)]
    .filter((match) => !mappedKey.test(code.slice(Math.max(0, match.index - 300), match.index)))
    .map((match) => ({
      path: file.path,
      line: file.lineAt(match.index),
      message:
        "A bare cast hides mistakes: parse or narrow the value, or name the cast: `function asX(…): X`, with nothing else in it.",
    }));
}

const declaration =
  /^export\s+(?:(?:default|declare|abstract|async)\s+)*(?:function\*?|const|let|type|interface|class|enum)\s+([\w$]+)|^export\s+(?:default\b|(?:const|let)\s*[{[])/gm;

function checkDocumented(file: SourceFile): Violation[] {
  const docEnds = new Set(
    file.comments.filter((comment) => isDoc(comment)).map((comment) => comment.lastLine),
  );
  let previousName: string | undefined;
  return [...file.code.matchAll(declaration)].flatMap((match) => {
    const line = file.lineAt(match.index);
    const [words, name] = match;
    const isOverload = words.includes("function") && name !== undefined && name === previousName;
    previousName = name;
    if (isOverload || docEnds.has(line - 1)) return [];
    const message = `${name ?? "This export"} has no doc comment: state above it what it is, its unit and its errors.`;
    return [{ path: file.path, line, message }];
  });
}

function checkComments({ path, comments }: SourceFile): Violation[] {
  const violations: Violation[] = [];
  let runStart = 0;
  let runEnd = -1;
  let reported = -1;
  for (const comment of comments) {
    if (isDoc(comment)) {
      const lines = docLines(comment);
      if (lines >= 1 && lines <= longestDocLines) continue;
      violations.push({
        path,
        line: comment.firstLine,
        message: `A doc comment of ${lines} lines: write 1 to ${longestDocLines}.`,
      });
    } else if (comment.ownLine) {
      if (comment.firstLine > runEnd + 1) runStart = comment.firstLine;
      runEnd = comment.lastLine;
      if (runEnd - runStart < longestCommentLines || reported === runStart) continue;
      reported = runStart;
      violations.push({
        path,
        line: runStart,
        message: `More than ${longestCommentLines} consecutive comment lines: state the reason in ${longestCommentLines}.`,
      });
    }
  }
  return violations;
}

function isDoc(comment: Comment): boolean {
  return comment.text.startsWith("/**");
}

/** The number of lines with words in a doc comment. */
function docLines(comment: Comment): number {
  return comment.text.split("\n").filter((line) => /[^\s*/]/.test(line)).length;
}

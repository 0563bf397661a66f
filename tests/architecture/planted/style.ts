import { breaks, keeps, type Planted } from "./planted.ts";

const file = "src/kernel/ids.ts";
const casts = "casts";
const documented = "documented exports";
const comments = "comment length";

/** Planted violations of what keeps a file readable. */
export const plantedStyle: readonly Planted[] = [
  ...["service", "utils", "helpers", "util", "helper"].map((name) =>
    breaks("file names", `src/features/users/${name}.ts`, "", 1),
  ),
  breaks("file names", "src/platform/utils/bytes.ts", "", 1),
  keeps("file names", "src/features/users/service-account.ts", ""),

  breaks("file length", file, "const x = 1;\n".repeat(251), 251),
  keeps("file length", file, "const x = 1;\n".repeat(250)),

  breaks(casts, file, "const id = text as Id;", 1),
  breaks(casts, file, "const id = (await read())\n  as unknown as Id;", 2, 2),
  breaks(casts, file, "const ids = [] as string[];", 1),
  breaks(casts, file, "const it = { a } as { a: 1 };", 1),
  breaks(casts, file, `const it = \`\${value as string}\`;`, 1),
  breaks(
    casts,
    file,
    "function asId(text: string): Id {\n  check(text);\n  return text as Id;\n}",
    3,
  ),
  breaks(casts, file, "function toId(text: string): Id {\n  return text as Id;\n}", 2),
  keeps(
    casts,
    file,
    "function asId<T>(text: string): Id<T> {\n  return text as unknown as Id<T>;\n}",
  ),
  keeps(casts, file, `const kinds = ["a", "b"] as const;`),
  keeps(
    casts,
    file,
    `import { a as b } from "./a.ts";\nimport * as c from "./c.ts";\nexport { b as d, type E as F };\nexport * as g from "./g.ts";`,
  ),
  keeps(
    casts,
    file,
    "type Renamed<T> = { [Key in keyof T as `${Key}s`]: T[Key] };\n// known as Id",
  ),
  keeps(casts, "src/kernel/cast.ts", "return value as Brand;"),
  keeps(casts, "tests/kernel/ids.test.ts", "const id = text as Id;"),

  ...[
    "export function find() {}",
    "export async function find() {}",
    "export const limit = 1;",
    "export type Id = string;",
    "export interface Id {}",
    "export abstract class Id {}",
    "export default function () {}",
    "export default 1;",
  ].flatMap((text) => [
    breaks(documented, file, `const x = 1;\n${text}`, 2),
    breaks(documented, file, `// Not a doc comment.\n${text}`, 2),
    breaks(documented, file, `/** Too far above. */\n\n${text}`, 3),
    keeps(documented, file, `/** What it is. */\n${text}`),
  ]),
  keeps(
    documented,
    file,
    "/** Reads. */\nexport function read(a: string): void;\nexport function read(a: number): void;\nexport function read(a: unknown): void {}",
  ),
  keeps(
    documented,
    file,
    `export { a } from "./a.ts";\nexport * from "./b.ts";\nexport type { C } from "./c.ts";`,
  ),

  breaks(comments, file, "const x = 1;\n// one\n// two\n// three\n// four", 2),
  breaks(comments, file, "/*\n * one\n * two\n */", 1),
  breaks(comments, "tests/x.test.ts", "// one\n  // two\n// three\n// four\n// five", 1),
  breaks(comments, file, `/**\n${" * line\n".repeat(7)} */`, 1),
  breaks(comments, file, "/** */", 1),
  keeps(
    comments,
    file,
    `/**\n${" * line\n".repeat(6)} */\n// one\n// two\n// three\nconst x = 1; // beside\n// one`,
  ),
  keeps(comments, file, "const text = `\n// one\n// two\n// three\n// four`;"),
];

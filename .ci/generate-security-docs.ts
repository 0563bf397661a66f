// Generates the third column of docs/security.md from the tests that cite its lines as `// security 42, 43`.
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const documentPath = join(root, "docs/security.md");
const citation = /\/\/ security ((?:\d+(?: ☆)?(?:, | and |-)?)+)/g;

/** docs/security.md with links to the current tests. Throws for a number that is there twice, and for the marks of a merge. */
export async function renderSecurityDocs(): Promise<string> {
  const places = await findCitations();
  const text = await Bun.file(documentPath).text();
  assertWhole(text);
  return text.replaceAll(
    /^\| (\d+)( ☆)? \| ([^|]+) \|[^|]*\|$/gm,
    (_row, line: string, star = "", property: string) => {
      const files = [...(places.get(Number(line)) ?? [])].toSorted();
      const proof = files.length > 0 ? files.map(linkTo).join(", ") : "open";
      return `| ${line}${star} | ${property} | ${proof} |`;
    },
  );
}

/** A merge can leave both versions of a row. */
function assertWhole(text: string): void {
  const rows = text.split("\n").filter((line) => /^\| \d/.test(line));
  const numbers = rows.map((row) => Number(/\d+/.exec(row)?.[0]));
  const twice = numbers.filter((number, index) => numbers.indexOf(number) !== index);
  if (twice.length > 0)
    throw new Error(`docs/security.md has these lines twice: ${twice.join(", ")}`);
  const mark = /^(?:<{7}|={7}|>{7})/m.exec(text);
  if (mark) throw new Error("docs/security.md has the marks of a merge");
}

/** The cited lines, each with the test files that cite it. */
async function findCitations(): Promise<Map<number, Set<string>>> {
  const places = new Map<number, Set<string>>();
  for await (const path of new Bun.Glob("tests/**/*.test.ts").scan(root)) {
    const text = await Bun.file(join(root, path)).text();
    for (const [, lines = ""] of text.matchAll(citation)) {
      for (const line of numbersIn(lines))
        places.set(line, (places.get(line) ?? new Set()).add(path));
    }
  }
  return places;
}

/** `1-3, 5` is 1, 2, 3 and 5. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, first, last]) => {
    const from = Number(first);
    return Array.from({ length: Number(last ?? first) - from + 1 }, (_, index) => from + index);
  });
}

function linkTo(path: string): string {
  return `[${path.replace(/^tests\//, "").replace(/\.test\.ts$/, "")}](../${path})`;
}

if (import.meta.main) await Bun.write(documentPath, await renderSecurityDocs());

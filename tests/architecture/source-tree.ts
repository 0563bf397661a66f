import { type SourceFile, scanFile } from "./scan-file.ts";

/** Texts by their path from the repository's root, with `/` between the parts. */
export type SourceTree = ReadonlyMap<string, string>;

/** One place that breaks a rule, and what to do about it. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** One rule: a pure function from the tree to the places that break it. */
export interface Rule {
  readonly name: string;
  check(tree: SourceTree): Violation[];
}

const scanned = new WeakMap<SourceTree, SourceFile[]>();

/** Every TypeScript file of the tree, scanned once for all rules. */
export function typeScriptFiles(tree: SourceTree): SourceFile[] {
  const known = scanned.get(tree);
  if (known) return known;
  const files = [...tree]
    .filter(([path]) => path.endsWith(".ts"))
    .map(([path, text]) => scanFile(path, text));
  scanned.set(tree, files);
  return files;
}

/** The scanned files under `src/`. */
export function productFiles(tree: SourceTree): SourceFile[] {
  return typeScriptFiles(tree).filter((file) => file.path.startsWith("src/"));
}

/** Whether a path is the module `owner`: the file `owner.ts`, or a file in the folder `owner/`. */
export function belongsTo(path: string, owner: string): boolean {
  return path === `${owner}.ts` || path.startsWith(`${owner}/`);
}

/** The feature that a path belongs to, or null outside `src/features/`. */
export function featureOf(path: string): string | null {
  return /^src\/features\/([^/]+)\//.exec(path)?.[1] ?? null;
}

/** The repository: the text of every file that a rule reads. */
export async function readSourceTree(root: string): Promise<SourceTree> {
  const patterns = [
    "{src,tests,bench,docs,examples,.ci}/**/*",
    "*.{ts,json,yml,md}",
    "Dockerfile",
    ".env.example",
  ];
  const paths = new Set<string>();
  for (const pattern of patterns) {
    for await (const path of new Bun.Glob(pattern).scan({ cwd: root, dot: true })) paths.add(path);
  }
  const texts = [...paths]
    // The text of a licence is not ours.
    .filter((path) => !path.endsWith("/LICENSE"))
    .filter((path) => /\.(?:ts|js|css|json|ya?ml|sh|md|conf|example)$|(?:^|\/)[^.]+$/.test(path))
    .toSorted()
    .map(async (path) => [path, await Bun.file(`${root}/${path}`).text()] as const);
  return new Map(await Promise.all(texts));
}

/** Whether a file holds a feature's routes: `routes.ts`, or `<what>-routes.ts` where a feature has several groups. */
export function isRoutesFile(path: string): boolean {
  return /\/(?:[a-z-]+-)?routes\.ts$/.test(path);
}

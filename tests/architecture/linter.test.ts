import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");

/** What the linter must refuse, by the rule that refuses it. */
const planted: Readonly<Record<string, string>> = {
  "typescript(no-floating-promises)":
    "interface Query { then(done: () => void, failed: () => void): void }\ndeclare const query: Query;\nquery;",
  "typescript(no-explicit-any)": "export const value: any = 1;",
  "typescript(no-non-null-assertion)": "export const size = (list?: string) => list!.length;",
  "typescript(consistent-type-imports)":
    'import { Shape } from "./shape.ts";\nexport const area = (shape: Shape) => shape.side;',
  "typescript(consistent-type-assertions)": "export const size = <number>(1 as unknown);",
  "typescript(switch-exhaustiveness-check)":
    'export function one(kind: "a" | "b") { switch (kind) { case "a": return 1; } return 2; }',
  "eslint(eqeqeq)": "export const same = (one: number, other: number) => one == other;",
  "eslint(no-console)": "console.log(1);",
  "eslint(no-unused-vars)": "const unused = 1;",
  "import(no-cycle)": 'import { back } from "./cycle.ts";\nexport const forth = () => back();',
};

// A linter whose configuration silently matches nothing passes everything: each rule proves here that it fires.
test("the linter refuses what it is there to refuse", async () => {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-lint-"));
  try {
    const names = Object.keys(planted);
    const source = join(directory, "src/features/planted");
    const writes = Object.values(planted).map((text, index) =>
      Bun.write(join(source, `planted-${index}.ts`), `${text}\n`),
    );
    await Promise.all([
      ...writes,
      Bun.write(join(source, "shape.ts"), "export interface Shape { side: number }\n"),
      Bun.write(
        join(source, "cycle.ts"),
        `import { forth } from "./planted-${names.indexOf("import(no-cycle)")}.ts";\nexport const back = () => forth();\n`,
      ),
      Bun.write(join(directory, "tests/free.ts"), "console.log(1);\n"),
      Bun.write(
        join(directory, "tsconfig.json"),
        JSON.stringify({
          extends: join(root, "tsconfig.json"),
          compilerOptions: { types: [] },
          include: ["."],
        }),
      ),
    ]);
    const found = await lint(directory);
    const missed = names.filter((name, index) => !found.has(`planted-${index}.ts ${name}`));
    expect(missed).toEqual([]);
    expect([...found].filter((one) => one.startsWith("free.ts"))).toEqual([]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

async function lint(directory: string): Promise<Set<string>> {
  const program = join(root, "node_modules/.bin/oxlint");
  const configuration = join(root, ".ci/oxlintrc.json");
  const linter = Bun.spawn(
    [program, "--type-aware", "--format=json", "--config", configuration, directory],
    { cwd: root, stdout: "pipe", stderr: "inherit" },
  );
  const output = await new Response(linter.stdout).text();
  await linter.exited;
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: { filename: string; code: string }[];
  };
  return new Set(diagnostics.map(({ filename, code }) => `${filename.split("/").at(-1)} ${code}`));
}

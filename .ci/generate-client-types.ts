// Writes the types of examples/client-typescript from the OpenAPI document, with openapi-typescript.
// `bun .ci/generate-client-types.ts [FILE]` writes to another file.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  clientTypesPath,
  stampOf,
  typeGenerator,
  typedPart,
} from "../tests/support/client-types.ts";
import { findNodePackages, runNodeProgram } from "../tests/support/node-packages.ts";

const root = join(import.meta.dir, "..");
const target = process.argv[2] ?? join(root, clientTypesPath);

const found = await findNodePackages(typeGenerator);
if (!("path" in found)) throw new Error(found.missing);
const printed = Bun.spawnSync([process.execPath, "src/main.ts", "openapi"], { cwd: root });
if (printed.exitCode !== 0) throw new Error(printed.stderr.toString());
const document: unknown = JSON.parse(printed.stdout.toString());
if (typeof document !== "object" || document === null) throw new Error("no document");

const folder = await mkdtemp(join(tmpdir(), "gatehouse-types-"));
try {
  const [source, types] = [join(folder, "openapi.json"), join(folder, "schema.ts")];
  const described = { ...typedPart(document), info: { title: "Gatehouse", version: "1" } };
  await Bun.write(source, JSON.stringify(described));
  const { exitCode, output } = await runNodeProgram(found.path, "openapi-typescript", {
    parameters: [source, "--output", types],
  });
  if (exitCode !== 0) throw new Error(output);
  const content = await Bun.file(types).text();
  await Bun.write(target, `${stampOf(document)}\n${content}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

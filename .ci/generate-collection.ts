// Writes examples/postman from the OpenAPI document: a collection for Postman, Bruno and Insomnia, which import it.
import { join } from "node:path";

import { collectionOf, collectionPath, type Described } from "../tests/support/collection.ts";

const root = join(import.meta.dir, "..");
const printed = Bun.spawnSync([process.execPath, "src/main.ts", "openapi"], { cwd: root });
if (printed.exitCode !== 0) throw new Error(printed.stderr.toString());
const document: Described = JSON.parse(printed.stdout.toString());
const collection = collectionOf(document);
await Bun.write(join(root, collectionPath), `${JSON.stringify(collection, null, 2)}\n`);

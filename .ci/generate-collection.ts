// Writes examples/postman from the OpenAPI document: a collection for Postman, Bruno and Insomnia, which import it.
import { join } from "node:path";

import { type Collection, collectionOf, collectionPath } from "../tests/support/collection.ts";

const root = join(import.meta.dir, "..");
const printed = Bun.spawnSync([process.execPath, "src/main.ts", "openapi"], { cwd: root });
if (printed.exitCode !== 0) throw new Error(printed.stderr.toString());
const collection: Collection = collectionOf(JSON.parse(printed.stdout.toString()));
await Bun.write(join(root, collectionPath), `${JSON.stringify(collection, null, 2)}\n`);

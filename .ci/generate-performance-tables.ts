// Writes the tables of README.md and docs/performance.md from bench/results.json, which measurements write.
import { join } from "node:path";

import { withFigures, withHeadlines } from "../bench/performance-tables.ts";
import { readReports } from "../bench/reports.ts";

const root = join(import.meta.dir, "..");
const reports = await readReports();

async function rewrite(name: string, change: (document: string) => string): Promise<void> {
  const path = join(root, name);
  await Bun.write(path, change(await Bun.file(path).text()));
}

await rewrite("README.md", (readme) => withHeadlines(readme, reports));
await rewrite("docs/performance.md", (document) => withFigures(document, reports));

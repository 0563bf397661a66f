import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { commandsNotRun } from "./commands-not-run.ts";

/** A block of commands of a page. `server` blocks run until they are stopped; `notRun` has the reason of the list. */
export interface CommandBlock {
  readonly line: number;
  readonly commands: string;
  readonly isServer: boolean;
  readonly notRun: string | null;
}

const root = join(import.meta.dir, "../..");
const pattern = /^```sh(?<server> server)?\n(?<body>.*?)^```$/gms;

/** README.md and the pages of docs/, by their paths. */
export async function documentationPages(): Promise<string[]> {
  const names = (await readdir(join(root, "docs"))).filter((name) => name.endsWith(".md"));
  return ["README.md", ...names.toSorted().map((name) => `docs/${name}`)];
}

/** The text of a page. */
export function textOfPage(path: string): Promise<string> {
  return Bun.file(join(root, path)).text();
}

/** The blocks marked `sh` of a page, in order. Throws for an entry of `commandsNotRun` that is not of exactly one block. */
export async function findCommandBlocks(path: string): Promise<CommandBlock[]> {
  const text = await textOfPage(path);
  const found = [...text.matchAll(pattern)].map(({ groups = {}, index }) => ({
    line: text.slice(0, index).split("\n").length,
    commands: groups["body"] ?? "",
    isServer: groups["server"] !== undefined,
  }));
  const listed = Object.entries(commandsNotRun[path] ?? {});
  for (const [part] of listed) {
    const count = found.filter(({ commands }) => commands.includes(part)).length;
    if (count !== 1) throw new Error(`${path}: ${count} blocks have ${part}`);
  }
  return found.map((block) => ({
    ...block,
    notRun: listed.find(([part]) => block.commands.includes(part))?.[1] ?? null,
  }));
}

/** The blocks marked `dotenv` of a page: settings, as a file for `--env-file` has them. */
export async function findSettingsBlocks(path: string): Promise<string[]> {
  const blocks = (await textOfPage(path)).matchAll(/^```dotenv\n(.*?)^```$/gms);
  return [...blocks].map(([, body = ""]) => body);
}

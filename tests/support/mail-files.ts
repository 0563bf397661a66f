import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { eventually } from "./eventually.ts";

/** What a test needs of a verification mail. */
export interface MailFile {
  readonly to: string;
  readonly token: string;
  readonly code: string;
}

/** The mails that a server process wrote into its data directory, oldest first. */
export async function readMailFiles(dataDirectory: string): Promise<MailFile[]> {
  const directory = join(dataDirectory, "mail");
  const names = await readdir(directory).catch(() => []);
  const mails = names.filter((name) => name.endsWith(".eml")).toSorted();
  return Promise.all(
    mails.map(async (name) => parse(await Bun.file(join(directory, name)).text())),
  );
}

/** The newest mail to an address, once it is there. */
export async function mailFileTo(dataDirectory: string, email: string): Promise<MailFile> {
  const found = await eventually(
    async () => (await readMailFiles(dataDirectory)).findLast(({ to }) => to === email),
    (mail) => mail !== undefined,
  );
  if (!found) throw new Error("no mail");
  return found;
}

function parse(text: string): MailFile {
  return {
    to: /^To: .*?([^\s<>]+@[^\s<>]+)/m.exec(text)?.[1] ?? "",
    token: /\?token=([\w.-]+)/.exec(text)?.[1] ?? "",
    code: /^\d{6}$/m.exec(text)?.[0] ?? "",
  };
}

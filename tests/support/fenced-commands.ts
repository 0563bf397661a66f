/** A block of commands of a page. `server` blocks run until they are stopped; `notRun` has the reason of its HTML comment. */
export interface CommandBlock {
  readonly line: number;
  readonly commands: string;
  readonly isServer: boolean;
  readonly notRun: string | null;
}

const pattern =
  /(?:^<!-- not run: (?<reason>.+?) -->\n)?^```sh(?<server> server)?\n(?<body>.*?)^```$/gms;

/** The blocks marked `sh` of a page in Markdown, in order. */
export function findCommandBlocks(page: string): CommandBlock[] {
  return [...page.matchAll(pattern)].map(({ groups = {}, index }) => ({
    line: page.slice(0, index).split("\n").length,
    commands: groups["body"] ?? "",
    isServer: groups["server"] !== undefined,
    notRun: groups["reason"] ?? null,
  }));
}

/** A small tree made to break one rule, or to come close without breaking it. */
export interface Planted {
  /** The name of the rule that it is for. */
  readonly rule: string;
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** Every `path:line` that the rule must name, in the order of the files; empty for a near miss. */
  readonly at: readonly string[];
}

/** One file that breaks the rule on the given lines. */
export function breaks(rule: string, path: string, text: string, ...lines: number[]): Planted {
  const title = `${path}: ${text.trim().replace(/\s+/g, " ").slice(0, 70)}`;
  return { rule, title, files: { [path]: text }, at: lines.map((line) => `${path}:${line}`) };
}

/** One file that looks like a violation and is none. */
export function keeps(rule: string, path: string, text: string): Planted {
  return breaks(rule, path, text);
}

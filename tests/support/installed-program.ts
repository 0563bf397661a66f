import { describe } from "bun:test";

/** Where Debian's packages put what only an administrator runs. */
const path = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;

/** The path of what a test runs, or why this machine has it not. */
export type Found = { readonly path: string } | { readonly missing: string };

/** A program of the machine, with the name that its Debian package has too. */
export function findProgram(program: string): Found {
  const found = Bun.which(program, { PATH: path });
  if (found !== null) return { path: found };
  return { missing: `no ${program} on this machine (apt-get install ${program})` };
}

/** `describe` for tests that run what was found: skipped with a printed reason where it is missing, failing under `CI=true`. */
export function describeWhere(name: string, found: Found, body: (path: string) => void): void {
  if ("path" in found) return describe(name, () => body(found.path));
  if (process.env["CI"] === "true") throw new Error(`${name}: ${found.missing}`);
  console.warn(`skipped: ${name}: ${found.missing}`);
  describe.skip(name, () => body(name));
}

/** `describeWhere` for tests that run a program of the machine, given its path. */
export function describeWithProgram(
  name: string,
  program: string,
  body: (programPath: string) => void,
): void {
  describeWhere(name, findProgram(program), body);
}

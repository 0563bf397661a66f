import { describe } from "bun:test";

/** Where Debian's packages put what only an administrator runs. */
const path = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;

/**
 * `describe` for tests that run a program of the machine, given its path: skipped with a printed reason where there is none,
 * failing under `CI=true`.
 */
export function describeWithProgram(
  name: string,
  program: string,
  body: (programPath: string) => void,
): void {
  const found = Bun.which(program, { PATH: path });
  if (found !== null) return describe(name, () => body(found));
  const reason = `no ${program} on this machine (apt-get install ${program})`;
  if (process.env["CI"] === "true") throw new Error(`${name}: ${reason}`);
  console.warn(`skipped: ${name}: ${reason}`);
  describe.skip(name, () => body(program));
}

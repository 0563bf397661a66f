import { eventually } from "./eventually.ts";
import type { TestApp } from "./test-app.ts";

/** Waits until the first retention job of a replica has ended, and gives what it logged. */
export async function firstRetentionRun(app: TestApp): Promise<string> {
  const lines = await eventually(
    () => app.log.filter((line) => line.includes('"msg":"expired rows deleted"')),
    (found) => found.length > 0,
  );
  return lines[0] ?? "";
}

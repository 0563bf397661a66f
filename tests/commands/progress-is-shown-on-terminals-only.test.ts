import { expect, test } from "bun:test";

import { createProgress } from "../../src/app/cli/progress.ts";

function written(isTTY: boolean): { stream: Parameters<typeof createProgress>[0]; text: string[] } {
  const text: string[] = [];
  const write = (part: string | Uint8Array): boolean => text.push(String(part)) > 0;
  return { stream: { isTTY, write }, text };
}

test("on a terminal each count replaces the one before, and the line is removed before others are printed", () => {
  const { stream, text } = written(true);
  const progress = createProgress(stream, "lines read");
  progress.clear();
  progress.show(500);
  progress.show(1000);
  progress.clear();
  progress.clear();
  expect(text).toEqual(["\r500 lines read\u001B[K", "\r1000 lines read\u001B[K", "\r\u001B[K"]);
});

test("a file or a pipe has no progress in it", () => {
  const { stream, text } = written(false);
  const progress = createProgress(stream, "lines read");
  progress.show(500);
  progress.clear();
  expect(text).toEqual([]);
});

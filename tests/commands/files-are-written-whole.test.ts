import { expect, test } from "bun:test";

import { writeAll } from "../../src/app/cli/write-all.ts";

// Bad day: a disk that becomes full takes a part of a backup, and no error is reported.
test("bytes that the system did not take are written again", async () => {
  const written: number[] = [];
  const file = {
    write(bytes: Uint8Array) {
      const taken = bytes.subarray(0, 3);
      written.push(...taken);
      return Promise.resolve({ bytesWritten: taken.length });
    },
  };
  await writeAll(file, new Uint8Array([1, 2, 3, 4, 5, 6, 7]));
  expect(written).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("a file that takes nothing more is a failure", async () => {
  const file = { write: () => Promise.resolve({ bytesWritten: 0 }) };
  expect(writeAll(file, new Uint8Array(1))).rejects.toThrow("took no part");
});

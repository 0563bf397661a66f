import { expect, test } from "bun:test";

import { executablePath } from "../support/executable.ts";

// What a minimal image brings along; anything else would have to be installed beside the executable.
const cLibrary = [
  /^linux-vdso\.so/,
  /^ld-linux-/,
  /^libc\.so\.6$/,
  /^libm\.so\.6$/,
  /^libpthread\.so\.0$/,
  /^libdl\.so\.2$/,
  /^librt\.so\.1$/,
];

test.skipIf(process.platform !== "linux")(
  "the executable links against nothing but the C library",
  () => {
    const { stdout, exitCode } = Bun.spawnSync(["ldd", executablePath]);
    expect(exitCode).toBe(0);
    const names = stdout
      .toString()
      .trim()
      .split("\n")
      .map((line) => (line.trim().split(" ")[0] ?? "").split("/").at(-1) ?? "");
    expect(names).toContain("libc.so.6");
    expect(names.filter((name) => !cLibrary.some((pattern) => pattern.test(name)))).toEqual([]);
  },
);

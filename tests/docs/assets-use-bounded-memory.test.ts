import { expect, test } from "bun:test";

import { assetContent, assetNames } from "../../src/app/docs/asset-files.ts";

// Attack: every anonymous request for a file unpacks megabytes of its own.
// security 151
test("an asset is read and unpacked once, and every response shares its bytes", async () => {
  for (const name of assetNames) {
    for (const encoding of ["br", "gzip", null] as const) {
      const contents = await Promise.all(
        Array.from({ length: 20 }, () => assetContent(name, encoding)),
      );
      expect(new Set(contents.map(({ bytes }) => bytes)).size).toBe(1);
    }
  }
});

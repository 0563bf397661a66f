import { expect, test } from "bun:test";

import { assetNames, compressedAsset, plainAsset } from "../../src/app/docs/asset-files.ts";

// Attack: every anonymous request for a file unpacks megabytes of its own.
// security 151
test("an asset is read and unpacked once, and every response shares its bytes", async () => {
  for (const name of assetNames) {
    for (const read of [compressedAsset, plainAsset]) {
      const contents = await Promise.all(Array.from({ length: 20 }, () => read(name)));
      expect(new Set(contents.map(({ bytes }) => bytes)).size).toBe(1);
    }
  }
});

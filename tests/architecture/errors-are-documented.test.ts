import { expect, test } from "bun:test";

import { errorStatus } from "../../src/platform/http/error-status.ts";

test("docs/errors.md has every error code with its status, and no other", async () => {
  const text = await Bun.file("docs/errors.md").text();
  const documented = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(
    ([, code, status]) => [code, Number(status)],
  );
  expect(Object.fromEntries(documented)).toEqual(errorStatus);
});

import { expect, test } from "bun:test";

import { renderSecurityDocs } from "../../.ci/generate-security-docs.ts";

test("docs/security.md names for each line the tests that cite it: run `bun .ci/generate-security-docs.ts`", async () => {
  expect(await Bun.file("docs/security.md").text()).toBe(await renderSecurityDocs());
});

import { join } from "node:path";

import { expect, test } from "bun:test";

import { collectionOf, collectionPath, requestsOf } from "../support/collection.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

test("the collection has each operation of the document; if not: bun .ci/generate-collection.ts", async () => {
  const { json } = await app.call("GET", "/openapi.json");
  const stored = await Bun.file(join(import.meta.dir, "../..", collectionPath)).json();
  const requests = requestsOf(stored);
  expect(requests.length).toBeGreaterThan(50);
  expect(requests.toSorted()).toEqual(requestsOf(collectionOf(json)).toSorted());
  expect(JSON.stringify(stored)).not.toContain("undefined");
});

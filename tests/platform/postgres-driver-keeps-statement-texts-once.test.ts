import { expect, test } from "bun:test";
import { heapStats } from "bun:jsc";
import postgres from "postgres";

import { testServerUrl } from "../support/databases.ts";

const pieces = 50_000;

/** A text as Drizzle builds it: the engine keeps its pieces until the whole is read, and those of a copy beside it. */
function textOfPieces(): string {
  let text = "select $1::int as answer /*";
  for (let piece = 0; piece < pieces; piece += 1) text += `${piece} `;
  return `${text}*/`;
}

function countStrings(): number {
  Bun.gc(true);
  return heapStats().objectTypeCounts["string"] ?? 0;
}

// As published, the driver keeps a second copy in the pieces of which Drizzle built it: 10 MB of a replica under load.
test("a connection keeps the text of a prepared statement only as the key by which it finds it", async () => {
  const single = postgres(await testServerUrl(), { max: 1 });
  await using resources = new AsyncDisposableStack();
  resources.defer(() => single.end());
  await single.unsafe("select $1::int", [1], { prepare: true });
  const before = countStrings();

  for (const answer of [1, 2]) {
    const rows = await single.unsafe(textOfPieces(), [answer], { prepare: true });
    expect(rows.map((row) => Number(row["answer"]))).toEqual([answer]);
  }
  const prepared =
    await single`select from pg_prepared_statements where statement like '%49999 */'`;

  expect(prepared.length).toBe(1);
  expect(countStrings() - before).toBeLessThan(pieces / 10);
});

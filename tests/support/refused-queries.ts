import { expect } from "bun:test";

import type { Answer } from "./http-call.ts";

/** Expects that a list refuses each of these queries, from its `?` on, with 400 VALIDATION_ERROR. */
export async function expectRefusedQueries(
  list: (query: string) => Promise<Answer>,
  queries: readonly string[],
): Promise<void> {
  for (const query of queries) {
    const { status, json } = await list(query);
    expect([query, status, json.error?.code]).toEqual([query, 400, "VALIDATION_ERROR"]);
  }
}

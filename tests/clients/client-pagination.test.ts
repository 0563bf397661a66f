import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { makeClient } from "../support/clients.ts";
import { expectRefusedQueries } from "../support/refused-queries.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let bearer: string;
const made: string[] = [];

beforeAll(async () => {
  bearer = (await signInAdmin(app)).accessToken;
  for (let index = 0; index < 25; index += 1) {
    made.unshift((await makeClient(app, `client ${index}`)).id);
  }
});

const list = (query: string) => app.call("GET", `/api/v1/clients${query}`, { bearer });
const idsOf = (items: { client_id: string }[]) => items.map(({ client_id }) => client_id);

test("pages have no gap and no repetition, the newest first", async () => {
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "?limit=7" : `?limit=7&cursor=${cursor}`;
    const { json } = await list(query);
    seen.push(...idsOf(json.data.items));
    cursor = json.data.next_cursor;
  }
  expect(seen).toEqual(made);
});

test("a page has 20 items by default", async () => {
  const first = await list("");
  expect(idsOf(first.json.data.items)).toEqual(made.slice(0, 20));
  const rest = await list(`?cursor=${first.json.data.next_cursor}`);
  expect(idsOf(rest.json.data.items)).toEqual(made.slice(20));
  expect(rest.json.data.next_cursor).toBeNull();
  expect((await list("?limit=100")).json.data.items).toHaveLength(25);
});

// What is made meanwhile comes before the first page, and so moves nothing.
test("a client that is created or deleted between two pages moves no other one", async () => {
  const first = await list("?limit=10");
  const newer = await makeClient(app);
  await app.call("DELETE", `/api/v1/clients/${made[3]}`, { bearer });
  const second = await list(`?limit=10&cursor=${first.json.data.next_cursor}`);
  expect(idsOf(second.json.data.items)).toEqual(made.slice(10, 20));
  await app.call("DELETE", `/api/v1/clients/${newer.id}`, { bearer });
});

// part of security 109 (the lists that exist so far)
test("limits beyond 1 to 100, forged cursors and unknown parameters are refused", async () => {
  const { json } = await list("?limit=1");
  const cursor: string = json.data.next_cursor;
  await expectRefusedQueries(list, [
    "?limit=0",
    "?limit=101",
    "?limit=-1",
    "?limit=1.5",
    "?limit=1e9",
    "?limit=ten",
    "?limit=+7",
    "?limit=0x7",
    "?limit=",
    "?cursor=",
    "?cursor=x",
    `?cursor=${cursor.slice(0, -1)}`,
    `?cursor=${cursor}A`,
    `?cursor=${cursor.slice(0, 20)}_${cursor.slice(21)}`,
    `?cursor=${"x".repeat(1000)}`,
    "?cursor=%00",
    "?order=secret_hash",
  ]);
});

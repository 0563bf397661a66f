import { describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { fileOf, importFile } from "../support/import-users.ts";
import { freshEmail } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";
import { idsOf, outcomeOf, type UsersApi, usersApi } from "../support/user-administration.ts";

async function addUsers(app: TestApp, count: number): Promise<void> {
  await importFile(app, fileOf(Array.from({ length: count }, () => ({ email: freshEmail() }))));
}

/** All pages one after the other; `between` happens after each of them. */
async function readPages(
  users: UsersApi,
  query: string,
  between: (pages: string[][]) => Promise<unknown>,
): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? "" : `&cursor=${cursor}`;
    const page = await users.list(query + from);
    pages.push(idsOf(page));
    await between(pages);
    cursor = page.json.data.next_cursor;
  } while (cursor !== null);
  return pages;
}

const existingIds = async (app: TestApp) =>
  (await app.rows("select id from users where deleted_at is null order by id desc")).map(({ id }) =>
    String(id),
  );

describe("on Postgres", () => {
  test("every existing user is listed once while users are added", async () => {
    await using app = await startTestApp();
    const users = usersApi(app, await signInAdmin(app));
    await addUsers(app, 230);
    const before = await existingIds(app);
    let isReading = true;
    const adding = (async () => {
      while (isReading) {
        await addUsers(app, 3);
        // The embedded database works in this thread: others must have their turn.
        await Bun.sleep(1);
      }
    })();
    const pages = await readPages(users, "limit=10", () => Bun.sleep(1));
    isReading = false;
    await adding;
    const seen = pages.flat();
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
    expect((await existingIds(app)).length).toBeGreaterThan(before.length);
  });
});

test("a deletion meanwhile skips no other user, also of the user at the end of a page", async () => {
  await using app = await startTestApp();
  const users = usersApi(app, await signInAdmin(app));
  await addUsers(app, 30);
  const before = await existingIds(app);
  const deleted: string[] = [];
  const pages = await readPages(users, "limit=7", async (read) => {
    const last = read.at(-1)?.at(-1) ?? "";
    if (read.length > 3) return;
    deleted.push(last);
    expect((await users.remove(last)).status).toBe(200);
  });
  expect(pages.map(({ length }) => length)).toEqual([7, 7, 7, 7, 3]);
  expect(pages.flat()).toEqual(before);
  expect(await existingIds(app)).toEqual(before.filter((id) => !deleted.includes(id)));
});

// part of security 109
test("a page has 20 items by default, and a cursor belongs to this list only", async () => {
  await using app = await startTestApp();
  const users = usersApi(app, await signInAdmin(app));
  await addUsers(app, 120);
  expect(idsOf(await users.list())).toHaveLength(20);
  const page = await users.list("limit=100");
  expect(idsOf(page)).toHaveLength(100);
  const cursor: string = page.json.data.next_cursor;
  for (const wrong of [`${cursor}x`, cursor.slice(1), Bun.randomUUIDv7(), "%00", ""]) {
    expect([wrong, ...outcomeOf(await users.list(`cursor=${wrong}`))]).toEqual([
      wrong,
      400,
      "VALIDATION_ERROR",
      "cursor",
    ]);
  }
  const [id = ""] = idsOf(page);
  expect(outcomeOf(await users.sessions(id, `cursor=${cursor}`))).toEqual([
    400,
    "VALIDATION_ERROR",
    "cursor",
  ]);
});

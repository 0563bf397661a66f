import { beforeAll, describe, expect, test } from "bun:test";

import { type SignedInUser, signUp } from "../support/journey.ts";
import { listedPosts, makePost, postsPath } from "../support/posts.ts";
import { useTestApp } from "../support/test-app.ts";

describe("lists of posts on Postgres", () => {
  const app = useTestApp();
  let ada: SignedInUser;
  let bob: SignedInUser;

  beforeAll(async () => {
    ada = await signUp(app);
    bob = await signUp(app);
  });

  const list = (user: SignedInUser, query: string) =>
    app.call("GET", `${postsPath}${query}`, { bearer: user.accessToken });

  test("own posts are listed completely, and the feed has all public posts; the newest first", async () => {
    const adasPrivate = await makePost(app, ada);
    const adasPublic = await makePost(app, ada, { visibility: "public" });
    const bobsPrivate = await makePost(app, bob);
    const bobsPublic = await makePost(app, bob, { visibility: "public" });
    expect(await listedPosts(app, ada)).toEqual([adasPublic, adasPrivate]);
    expect(await listedPosts(app, bob, "&scope=own")).toEqual([bobsPublic, bobsPrivate]);
    for (const reader of [ada, bob]) {
      expect(await listedPosts(app, reader, "&scope=public")).toEqual([bobsPublic, adasPublic]);
    }
  });

  // What is made or deleted meanwhile moves nothing: no post twice, none left out.
  test("pages have no gap while other users post and delete", async () => {
    const made: number[] = [];
    for (let index = 0; index < 23; index += 1) {
      made.unshift(await makePost(app, ada, { visibility: "public" }));
    }
    for (const scope of ["own", "public"]) {
      const author = await signUp(app);
      const seen: number[] = [];
      for (let cursor = ""; ;) {
        const { json } = await list(ada, `?scope=${scope}&limit=7${cursor}`);
        seen.push(...json.data.items.map((item: { post_id: number }) => item.post_id));
        await makePost(app, ada, { visibility: "public" });
        const passing = await makePost(app, author, { visibility: "public" });
        await app.call("DELETE", `${postsPath}/${passing}`, { bearer: author.accessToken });
        if (json.data.next_cursor === null) break;
        cursor = `&cursor=${json.data.next_cursor}`;
      }
      expect(seen).toEqual([...new Set(seen)].toSorted((one, other) => other - one));
      expect(seen).toEqual(expect.arrayContaining(made));
    }
  });

  test("q finds a text anywhere, in any case, and is no pattern", async () => {
    const user = await signUp(app);
    const texts = [
      "Engine No. 1",
      "the ENGINE\nroom",
      "100% sure",
      "snake_case",
      "back\\slash",
      "x",
    ];
    const ids = new Map<string, number>();
    for (const text of texts) {
      ids.set(text, await makePost(app, user, { text, visibility: "public" }));
    }
    for (const [q, found] of [
      ["engine", ["the ENGINE\nroom", "Engine No. 1"]],
      ["NO. 1", ["Engine No. 1"]],
      ["%", ["100% sure"]],
      ["0%s", []],
      ["_", ["snake_case"]],
      ["e_c", ["snake_case"]],
      ["\\", ["back\\slash"]],
      ["k\\s", ["back\\slash"]],
      ["' or 1=1 --", []],
      ["", texts.toReversed()],
    ] as const) {
      const query = `&q=${encodeURIComponent(q)}`;
      const expected = found.map((text) => ids.get(text) ?? 0);
      expect([q, await listedPosts(app, user, query)]).toEqual([q, expected]);
      const inFeed = await listedPosts(app, user, `&scope=public${query}`);
      expect([q, inFeed.filter((id) => [...ids.values()].includes(id))]).toEqual([q, expected]);
    }
    const first = await list(user, "?q=e&limit=2");
    const second = await list(user, `?q=e&limit=2&cursor=${first.json.data.next_cursor}`);
    const both = [...first.json.data.items, ...second.json.data.items];
    expect(both.map(({ post_data }: { post_data: string }) => post_data)).toEqual([
      "snake_case",
      "100% sure",
      "the ENGINE\nroom",
      "Engine No. 1",
    ]);
  });

  // A page without items is not the last one. Else a search would examine all posts of a user, in one request.
  // part of security 162
  test("a search examines a bounded number of posts for a page, and its cursor continues it", async () => {
    const user = await signUp(app);
    const oldest = await makePost(app, user, { text: "needle" });
    await app.rows(
      `insert into posts (user_id, post_data, visibility, created_at, updated_at)
       select user_id, 'hay ' || number, 'private', now(), now()
       from posts, generate_series(1, 1250) number where id = ${oldest} order by number`,
    );
    const newest = await makePost(app, user, { text: "another needle" });
    const first = await list(user, "?q=needle&limit=1");
    const { items, next_cursor: cursor } = first.json.data;
    expect(items.map(({ post_id: id }: { post_id: number }) => id)).toEqual([newest]);
    expect(cursor).toBeString();
    const second = await list(user, `?q=needle&limit=1&cursor=${cursor}`);
    expect(second.json.data.items).toHaveLength(1);
    expect(second.json.data.items[0].post_id).toBe(oldest);
    expect(second.json.data.next_cursor).toBeNull();
    expect(await listedPosts(app, user, "&q=needle")).toEqual([newest, oldest]);
    expect((await list(user, "?q=hay 1&limit=1")).json.data.items).toHaveLength(1);
    const none = await list(user, "?q=nowhere");
    expect([none.status, none.json.data.items]).toEqual([200, []]);
    expect(none.json.data.next_cursor).toBeString();
  });

  // part of security 104, 109
  test("an invalid page, scope or cursor is refused", async () => {
    await makePost(app, ada, { visibility: "public" });
    const own = await list(ada, "?limit=1");
    const cursor: string = own.json.data.next_cursor;
    for (const query of [
      "?limit=0",
      "?limit=101",
      "?limit=1e9",
      "?scope=",
      "?scope=private",
      `?scope=public&cursor=${cursor}`,
      `?cursor=${cursor}A`,
      "?cursor=x",
      "?q=%00",
      `?q=${"x".repeat(201)}`,
      "?sort=votes",
    ]) {
      const { status, json } = await list(ada, query);
      expect([query, status, json.error?.code]).toEqual([query, 400, "VALIDATION_ERROR"]);
    }
  });
});

import { beforeAll, describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import type { Answer } from "../support/http-call.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { makePost, miscountedPosts, postsPath } from "../support/posts.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const callers = 50;

describe.each([...databaseKinds])("votes on %s", (database) => {
  const app = useTestApp({ database });
  let replicas: TestApp[];
  let author: SignedInUser;
  let voters: SignedInUser[];

  beforeAll(async () => {
    replicas = database === "postgres" ? [app, await app.replica()] : [app];
    author = await signUp(app);
    voters = await Promise.all(
      Array.from({ length: 8 }, (_, index) => signUp(app, { username: `voter-${index}` })),
    );
  });

  const at = (index: number): TestApp => replicas[index % replicas.length] ?? app;
  const voter = (index: number): SignedInUser => voters[index % voters.length] ?? author;

  function vote(method: "PUT" | "DELETE", id: number, index: number, by = voter(index)) {
    return at(index).call(method, `${postsPath}/${id}/vote`, { bearer: by.accessToken });
  }

  async function show(id: number, { accessToken: bearer }: SignedInUser) {
    const { json } = await app.call("GET", `${postsPath}/${id}`, { bearer });
    return [json.data.votes, json.data.voted];
  }

  const statuses = (answers: readonly Answer[]) => [
    ...new Set(answers.map(({ status }) => status)),
  ];

  test("a vote can be given and withdrawn, and repeating either has no effect", async () => {
    const id = await makePost(app, author, { visibility: "public" });
    const [reader] = voters;
    if (!reader) throw new Error("no voter");
    const given = await vote("PUT", id, 0, reader);
    expect([given.status, given.text]).toEqual([204, ""]);
    expect((await vote("PUT", id, 0, reader)).status).toBe(204);
    expect(await show(id, reader)).toEqual([1, true]);
    expect(await show(id, author)).toEqual([1, false]);
    // A user may vote for their own post, also while it is private.
    expect((await vote("PUT", id, 0, author)).status).toBe(204);
    expect(await show(id, author)).toEqual([2, true]);
    // Changed, it keeps them.
    const json = { post_data: "Changed." };
    const bearer = author.accessToken;
    const changed = await app.call("PUT", `${postsPath}/${id}`, { bearer, json });
    expect(changed.json.data).toMatchObject({ votes: 2, voted: true });

    const list = await app.call("GET", `${postsPath}?scope=public&limit=1`, { bearer });
    expect(list.json.data.items[0]).toMatchObject({ post_id: id, votes: 2, voted: true });
    for (let times = 0; times < 2; times += 1) {
      expect((await vote("DELETE", id, 0, reader)).status).toBe(204);
      expect(await show(id, reader)).toEqual([1, false]);
    }
    expect([...(await miscountedPosts(app))]).toEqual([]);
  });

  // security 128
  test("50 parallel votes of one user count once", async () => {
    const id = await makePost(app, author, { visibility: "public" });
    const cast = await race(callers, (index) => vote("PUT", id, index, voter(0)));
    expect(statuses(cast)).toEqual([204]);
    expect(await show(id, voter(0))).toEqual([1, true]);
    const withdrawn = await race(callers, (index) => vote("DELETE", id, index, voter(0)));
    expect(statuses(withdrawn)).toEqual([204]);
    expect(await show(id, voter(0))).toEqual([0, false]);
    expect([...(await miscountedPosts(app))]).toEqual([]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("concurrent votes of many users all count", async () => {
    const id = await makePost(app, author, { visibility: "public" });
    expect(statuses(await race(callers, (index) => vote("PUT", id, index)))).toEqual([204]);
    expect(await show(id, voter(3))).toEqual([voters.length, true]);
    expect([...(await miscountedPosts(app))]).toEqual([]);
  });

  // The statement that writes the row writes the count: it always equals the number of rows.
  test("concurrent votes and withdrawals leave a correct count", async () => {
    const id = await makePost(app, author, { visibility: "public" });
    for (let round = 0; round < 5; round += 1) {
      const answers = await race(callers, (index) =>
        vote(index % 2 === 0 ? "PUT" : "DELETE", id, index, voter(index % 3)),
      );
      expect(statuses(answers)).toEqual([204]);
      expect([...(await miscountedPosts(app))]).toEqual([]);
    }
  });

  // Neither a vote for what is no more, nor an error of ours.
  test("a vote on a post that is deleted, hidden or changed meanwhile counts or is not found", async () => {
    const { accessToken: bearer } = author;
    for (let round = 0; round < 5; round += 1) {
      const deleted = await makePost(app, author, { visibility: "public" });
      const hidden = await makePost(app, author, { visibility: "public" });
      const json = { post_data: "Hush.", visibility: "private" };
      const answers = await race(callers, (index) => {
        if (index === 20) return at(1).call("DELETE", `${postsPath}/${deleted}`, { bearer });
        if (index === 21) return at(0).call("PUT", `${postsPath}/${hidden}`, { bearer, json });
        return vote(index % 3 === 0 ? "DELETE" : "PUT", index % 2 === 0 ? deleted : hidden, index);
      });
      expect([200, 204, 404]).toEqual(expect.arrayContaining(statuses(answers)));
      const left = await app.rows(`select 1 from post_votes where post_id = ${deleted}`);
      expect([...left]).toEqual([]);
      expect([...(await miscountedPosts(app))]).toEqual([]);
    }
  });

  test("voters are listed in pages, for users who may see the post", async () => {
    const id = await makePost(app, author, { visibility: "public" });
    await race(voters.length, (index) => vote("PUT", id, index));
    const seen: string[] = [];
    const { accessToken: bearer } = author;
    for (let cursor = ""; ;) {
      const path = `${postsPath}/${id}/votes?limit=3${cursor}`;
      const { json } = await app.call("GET", path, { bearer });
      expect(json.data.items[0]).toEqual({
        user_id: expect.any(String),
        username: expect.stringMatching(/^voter-\d$/),
        created_at: expect.stringMatching(/Z$/),
      });
      seen.push(...json.data.items.map((item: { user_id: string }) => item.user_id));
      if (json.data.next_cursor === null) break;
      cursor = `&cursor=${json.data.next_cursor}`;
    }
    expect(seen).toEqual(voters.map(({ userId }) => userId).toSorted());
    const lonely = await makePost(app, author);
    const empty = await app.call("GET", `${postsPath}/${lonely}/votes`, { bearer });
    expect(empty.json.data).toEqual({ items: [], next_cursor: null });
    const foreign = await app.call("GET", `${postsPath}/${id}/votes?cursor=bm9uZQ`, { bearer });
    expect([foreign.status, foreign.json.error.details.field]).toEqual([400, "cursor"]);
  });
});

import { beforeAll, describe, expect, test } from "bun:test";

import type { Answer } from "../support/http-call.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { listedPosts, makePost, postsPath } from "../support/posts.ts";
import { signInAdmin } from "../support/admin.ts";
import { useTestApp } from "../support/test-app.ts";

describe("posts on Postgres", () => {
  const app = useTestApp();
  let author: SignedInUser;
  let other: SignedInUser;

  beforeAll(async () => {
    author = await signUp(app);
    other = await signUp(app);
  });

  function call(user: SignedInUser, method: string, at: string, json?: unknown): Promise<Answer> {
    const path = `${postsPath}${at}`;
    return app.call(method, path, {
      bearer: user.accessToken,
      ...(json === undefined ? {} : { json }),
    });
  }

  const stored = (id: number) =>
    app.rows(`select post_data, visibility from posts where id = ${id}`).then((rows) => [...rows]);

  const outcome = ({ status, json }: Answer) => [status, json?.error?.code];

  test("a post is created, shown, changed and deleted", async () => {
    const text = "First line,\n\tsecond line: „Grüße“ 👋 <b>'; --";
    const made = await call(author, "POST", "", { post_data: text });
    const post = {
      post_id: expect.any(Number),
      post_data: text,
      visibility: "private",
      user_id: author.userId,
      votes: 0,
      voted: false,
      created_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      updated_at: made.json.data.created_at,
    };
    expect([made.status, made.json.data]).toEqual([201, post]);
    const at = `/${made.json.data.post_id}`;
    const shown = await call(author, "GET", at);
    expect([shown.status, shown.json.data]).toEqual([200, made.json.data]);
    expect(shown.headers.get("cache-control")).toBe("no-store");

    const changed = await call(author, "PUT", at, { post_data: "Other.", visibility: "public" });
    expect([changed.status, changed.json.data]).toEqual([
      200,
      {
        ...made.json.data,
        post_data: "Other.",
        visibility: "public",
        updated_at: expect.any(String),
      },
    ]);
    expect(changed.json.data.updated_at > changed.json.data.created_at).toBe(true);
    expect((await call(other, "GET", at)).json.data).toEqual(changed.json.data);
    // What is left out stays.
    const again = await call(author, "PUT", at, { post_data: "Once more." });
    expect(again.json.data).toMatchObject({ post_data: "Once more.", visibility: "public" });

    const deleted = await call(author, "DELETE", at);
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    for (const [method, json] of [["GET"], ["DELETE"], ["PUT", { post_data: "Late." }]] as const) {
      expect(outcome(await call(author, method, at, json))).toEqual([404, "NOT_FOUND"]);
    }
    expect(await stored(made.json.data.post_id)).toEqual([]);
  });

  // The id of another user's private post looks like one that does not exist, to an admin too.
  test("a private post is visible to its author only", async () => {
    const admin = await signInAdmin(app);
    const id = await makePost(app, author, { text: "Secret." });
    for (const reader of [other, admin]) {
      for (const [method, at, json] of [
        ["GET", ""],
        ["PUT", "", { post_data: "Mine." }],
        ["DELETE", ""],
        ["PUT", "/vote"],
        ["DELETE", "/vote"],
        ["GET", "/votes"],
      ] as const) {
        const seen = await call(reader, method, `/${id}${at}`, json);
        const none = await call(reader, method, `/${id + 1_000_000}${at}`, json);
        expect([method, at, ...outcome(seen)]).toEqual([method, at, 404, "NOT_FOUND"]);
        expect(seen.json.error).toEqual(none.json.error);
      }
      for (const scope of ["own", "public"]) {
        expect(await listedPosts(app, reader, `&scope=${scope}`)).not.toContain(id);
      }
    }
    expect(await stored(id)).toEqual([{ post_data: "Secret.", visibility: "private" }]);
  });

  test("a public post is readable by all users and writable by its author", async () => {
    const id = await makePost(app, author, { text: "Hear.", visibility: "public" });
    expect((await call(other, "GET", `/${id}`)).status).toBe(200);
    expect(outcome(await call(other, "PUT", `/${id}`, { post_data: "Mine." }))).toEqual([
      403,
      "FORBIDDEN",
    ]);
    expect(outcome(await call(other, "DELETE", `/${id}`))).toEqual([403, "FORBIDDEN"]);
    expect(await stored(id)).toEqual([{ post_data: "Hear.", visibility: "public" }]);
    // Withdrawn, it is as if it had never been there for others.
    await call(author, "PUT", `/${id}`, { post_data: "Hush.", visibility: "private" });
    expect(outcome(await call(other, "GET", `/${id}`))).toEqual([404, "NOT_FOUND"]);
    expect(await listedPosts(app, other, "&scope=public")).not.toContain(id);
  });

  // security 95
  test("the author comes from the token only", async () => {
    const named = { user_id: other.userId, post_id: 7, votes: 1000, voted: true };
    for (const [field, value] of Object.entries(named)) {
      const answer = await call(author, "POST", "", { post_data: "Mine.", [field]: value });
      expect([field, ...outcome(answer)]).toEqual([field, 400, "VALIDATION_ERROR"]);
    }
    const headers = { "x-user-id": other.userId, "x-auth-user-id": other.userId };
    const json = { post_data: "Still mine." };
    const { accessToken: bearer } = author;
    const made = await app.post(postsPath, json, { bearer, headers });
    expect(made.json.data.user_id).toBe(author.userId);
    const asked = await app.call("GET", `${postsPath}?user_id=${other.userId}`, { bearer });
    expect(outcome(asked)).toEqual([400, "VALIDATION_ERROR"]);
    expect(await listedPosts(app, other)).not.toContain(made.json.data.post_id);
  });
});

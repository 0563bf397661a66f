import { beforeAll, describe, expect, test } from "bun:test";

import { type SignedInUser, signUp } from "../support/journey.ts";
import { deleteAccount } from "../support/own-account.ts";
import { listedPosts, makePost, miscountedPosts, postsPath } from "../support/posts.ts";
import { useTestApp } from "../support/test-app.ts";

describe("posts of removed users on Postgres", () => {
  const app = useTestApp();
  let reader: SignedInUser;

  beforeAll(async () => {
    reader = await signUp(app);
  });

  const statusesFor = async (id: number) => {
    const { accessToken: bearer } = reader;
    const statuses: number[] = [];
    for (const [method, at, json] of [
      ["GET", ""],
      ["PUT", "", { post_data: "Mine." }],
      ["DELETE", ""],
      ["PUT", "/vote"],
      ["GET", "/votes"],
    ] as const) {
      const path = `${postsPath}/${id}${at}`;
      const answer = await app.call(method, path, { bearer, ...(json ? { json } : {}) });
      statuses.push(answer.status);
    }
    return statuses;
  };

  // part of security 99
  test.each([
    [
      "deleted",
      (user: SignedInUser) => deleteAccount(app, user.accessToken, { password: user.password }),
    ],
    [
      "disabled",
      ({ userId }: SignedInUser) =>
        app.rows(`update users set disabled_at = now() where id = '${userId}'`),
    ],
  ] as const)(
    "the public posts of a %s user are hidden, and the user's votes still count",
    async (_state, end) => {
      const author = await signUp(app);
      const [hidden, kept] = [
        await makePost(app, author, { visibility: "public" }),
        await makePost(app, reader, { visibility: "public" }),
      ];
      const { accessToken: bearer } = author;
      for (const id of [hidden, kept]) await app.call("PUT", `${postsPath}/${id}/vote`, { bearer });
      await app.call("PUT", `${postsPath}/${hidden}/vote`, { bearer: reader.accessToken });
      expect(await listedPosts(app, reader, "&scope=public")).toEqual(
        expect.arrayContaining([hidden, kept]),
      );

      await end(author);
      expect(await listedPosts(app, reader, "&scope=public")).not.toContain(hidden);
      expect(await statusesFor(hidden)).toEqual([404, 404, 404, 404, 404]);
      const votes = await app.call("GET", `${postsPath}/${kept}/votes`, {
        bearer: reader.accessToken,
      });
      expect(votes.json.data.items).toEqual([]);
      const post = await app.call("GET", `${postsPath}/${kept}`, { bearer: reader.accessToken });
      expect(post.json.data.votes).toBe(1);
      expect([...(await miscountedPosts(app))]).toEqual([]);

      // A restored user has all of it again.
      await app.rows(
        `update users set deleted_at = null, disabled_at = null where id = '${author.userId}'`,
      );
      expect(await listedPosts(app, reader, "&scope=public")).toContain(hidden);
    },
  );
});

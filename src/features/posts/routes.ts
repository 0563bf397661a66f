import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { failures, success, successSchema } from "../../platform/http/envelope.ts";
import { listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { createPost } from "./create-post.ts";
import { listPosts } from "./list-posts.ts";
import { postBody, postIdOf, postParams, postSchema, postsQuery, viewPost } from "./model.ts";
import { getPost } from "./queries.ts";
import { deletePost, updatePost } from "./update-post.ts";
import { votesRoutes } from "./votes-routes.ts";

const tags = ["Posts"];
const security = [{ bearer: [] }];
const othersArePublic =
  "Somebody else's private post is answered like none (`NOT_FOUND`), a public one `FORBIDDEN`.";

/** What users post, for themselves or for all who are signed in. */
export function postsRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/posts" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const { scope = "own", q: text = null } = query;
        const page = await listPosts(ctx, { scope, text }, pageOfQuery(query));
        const items = page.items.map(viewPost);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        signedIn: true,
        query: postsQuery,
        response: { 200: successSchema(listSchema(postSchema)), ...failures(400, 401, 503) },
        detail: {
          operationId: "listPosts",
          tags,
          summary: "List posts",
          description: "One's own, or all public ones; the newest first.",
          security,
        },
      },
    )
    .post(
      "",
      async ({ ctx, body, set }) => {
        const { post_data: postData, visibility = "private" } = body;
        const post = await createPost(ctx, { postData, visibility });
        set.status = 201;
        return success(viewPost(post), ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        body: postBody,
        response: { 201: successSchema(postSchema), ...failures(400, 401, 413, 415, 503) },
        detail: {
          operationId: "createPost",
          tags,
          summary: "Post something",
          description: "Its author is who is signed in. It is `private` unless it says otherwise.",
          security,
        },
      },
    )
    .get(
      "/:post_id",
      async ({ ctx, params }) => {
        const post = await getPost(ctx, postIdOf(params));
        return success(viewPost(post), ctx.clock.now());
      },
      {
        signedIn: true,
        params: postParams,
        response: { 200: successSchema(postSchema), ...failures(400, 401, 404, 503) },
        detail: {
          operationId: "getPost",
          tags,
          summary: "Show a post",
          description: "One's own, or a public one.",
          security,
        },
      },
    )
    .put(
      "/:post_id",
      async ({ ctx, params, body }) => {
        const { post_data: postData, visibility } = body;
        const post = await updatePost(ctx, postIdOf(params), { postData, visibility });
        return success(viewPost(post), ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        params: postParams,
        body: postBody,
        response: {
          200: successSchema(postSchema),
          ...failures(400, 401, 403, 404, 413, 415, 503),
        },
        detail: {
          operationId: "updatePost",
          tags,
          summary: "Change one's own post",
          description: `A visibility that is left out stays; so do the votes. ${othersArePublic}`,
          security,
        },
      },
    )
    .delete(
      "/:post_id",
      async ({ ctx, params, set }) => {
        await deletePost(ctx, postIdOf(params));
        set.status = 204;
      },
      {
        signedIn: true,
        params: postParams,
        response: { 204: Type.Void(), ...failures(400, 401, 403, 404, 503) },
        detail: {
          operationId: "deletePost",
          tags,
          summary: "Delete one's own post",
          description: `With its votes, for good. ${othersArePublic}`,
          security,
        },
      },
    )
    .use(votesRoutes(kit));
}

import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { createPost } from "./create-post.ts";
import { listPosts } from "./list-posts.ts";
import { postBody, postIdOf, postParams, postSchema, postsQuery, viewPost } from "./model.ts";
import { getPost } from "./queries.ts";
import { deletePost, updatePost } from "./update-post.ts";
import { votesRoutes } from "./votes-routes.ts";

const tags = ["Posts"];
const ofAnotherUser =
  "Another user's private post is reported as missing (`NOT_FOUND`), a public one as `FORBIDDEN`.";

/** Posts: private to their author, or public to every signed-in user. */
export function postsRoutes({ kit }: Pick<RouteParts, "kit">) {
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
        response: { 200: successSchema(listSchema(postSchema)) },
        detail: {
          operationId: "listPosts",
          tags,
          summary: "List posts",
          description: "Returns the user's own posts, or all public ones, newest first.",
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
        response: { 201: successSchema(postSchema) },
        detail: {
          operationId: "createPost",
          tags,
          summary: "Create a post",
          description:
            "The signed-in user is its author. It is `private` unless the body states otherwise.",
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
        failsWith: ["NOT_FOUND"],
        response: { 200: successSchema(postSchema) },
        detail: {
          operationId: "getPost",
          tags,
          summary: "Get a post",
          description: "Returns one of the user's own posts, or a public one.",
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
        failsWith: ["NOT_FOUND", "FORBIDDEN"],
        response: {
          200: successSchema(postSchema),
        },
        detail: {
          operationId: "updatePost",
          tags,
          summary: "Update one of the user's own posts",
          description: `The votes stay, and so does the visibility if it is left out. ${ofAnotherUser}`,
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
        failsWith: ["NOT_FOUND", "FORBIDDEN"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "deletePost",
          tags,
          summary: "Delete one of the user's own posts",
          description: `Deletes the post and its votes permanently. ${ofAnotherUser}`,
        },
      },
    )
    .use(votesRoutes({ kit }));
}

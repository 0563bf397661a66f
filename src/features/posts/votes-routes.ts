import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { listVotes } from "./list-votes.ts";
import { postIdOf, postParams, viewVote, voteSchema } from "./model.ts";
import { castVote, withdrawVote } from "./vote.ts";

const tags = ["Posts"];

/** Votes for posts: one a user, for one's own posts and public ones. */
export function votesRoutes(kit: RouteKit) {
  return new Elysia()
    .use(kit)
    .put(
      "/:post_id/vote",
      async ({ ctx, params, set }) => {
        await castVote(ctx, postIdOf(params));
        set.status = 204;
      },
      {
        signedIn: true,
        params: postParams,
        response: { 204: Type.Void() },
        detail: {
          operationId: "castVote",
          tags,
          summary: "Vote for a post",
          description: "One's own, or a public one. However often it is called, it counts once.",
        },
      },
    )
    .delete(
      "/:post_id/vote",
      async ({ ctx, params, set }) => {
        await withdrawVote(ctx, postIdOf(params));
        set.status = 204;
      },
      {
        signedIn: true,
        params: postParams,
        response: { 204: Type.Void() },
        detail: {
          operationId: "withdrawVote",
          tags,
          summary: "Take back a vote",
          description: "Answered alike whether or not there was one.",
        },
      },
    )
    .get(
      "/:post_id/votes",
      async ({ ctx, params, query }) => {
        const page = await listVotes(ctx, postIdOf(params), pageOfQuery(query));
        const items = page.items.map(viewVote);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        signedIn: true,
        params: postParams,
        query: listQuery,
        response: { 200: successSchema(listSchema(voteSchema)) },
        detail: {
          operationId: "listVotes",
          tags,
          summary: "List who voted for a post",
          description:
            "The longest registered first. Deleted and disabled users are left out, though their votes count.",
        },
      },
    );
}

import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { listVotes } from "./list-votes.ts";
import { postIdOf, postParams, viewVote, voteSchema } from "./model.ts";
import { castVote, withdrawVote } from "./vote.ts";

const tags = ["Posts"];

/** Votes: at most one of each user for a post, which is the user's own or public. */
export function votesRoutes({ kit }: Pick<RouteParts, "kit">) {
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
        failsWith: ["NOT_FOUND"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "castVote",
          tags,
          summary: "Vote for a post",
          description: "The post is one of the user's own or public. Repeated calls count once.",
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
        failsWith: ["NOT_FOUND"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "withdrawVote",
          tags,
          summary: "Withdraw a vote",
          description: "The response is the same whether or not there was a vote.",
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
        failsWith: ["NOT_FOUND"],
        response: { 200: successSchema(listSchema(voteSchema)) },
        detail: {
          operationId: "listVotes",
          tags,
          summary: "List the votes for a post",
          description:
            "Ordered by when the voters registered, earliest first. Deleted and disabled users are left out, although their votes count.",
        },
      },
    );
}

import { type Static, Type } from "@sinclair/typebox";

import { listQuery } from "../../platform/http/list.ts";
import { linesSchema, textSchema } from "../../platform/http/text-schema.ts";
import type { PostRecord, VoteRecord } from "./queries.ts";

const maximumPostId = 999_999_999_999_999;

const visibilitySchema = Type.Union([Type.Literal("private"), Type.Literal("public")], {
  description: "`private`: only its author can read it; `public`: every signed-in user can.",
  examples: ["public"],
});

const postDataSchema = linesSchema({
  description: "Plain text of one or more lines.",
  minLength: 1,
  maxLength: 10_000,
  examples: ["The Analytical Engine has no pretensions whatever to originate anything."],
});

/** Body of `POST /posts` and `PUT /posts/{post_id}`. */
export const postBody = Type.Object(
  { post_data: postDataSchema, visibility: Type.Optional(visibilitySchema) },
  { additionalProperties: false },
);

/** The path of one post. */
export const postParams = Type.Object({
  // A path holds strings. The framework's own coerced integer responds with 500 when out of bounds.
  post_id: Type.Union(
    [
      Type.Integer({ minimum: 0, maximum: maximumPostId }),
      Type.String({ format: "integer", pattern: "^(?:0|[1-9]\\d{0,14})$" }),
    ],
    { description: "The `post_id`, from `GET /api/v1/posts`.", examples: [1] },
  ),
});

/** The query of `GET /posts`. */
export const postsQuery = Type.Object(
  {
    ...listQuery.properties,
    scope: Type.Optional(
      Type.Union([Type.Literal("own"), Type.Literal("public")], {
        description: "`own`: the user's own posts; `public`: the public posts of all users.",
        default: "own",
      }),
    ),
    q: Type.Optional(
      textSchema({
        description:
          "Only posts that contain this text, ignoring case. A page may have fewer than `limit` posts although `next_cursor` is not null.",
        maxLength: 200,
      }),
    ),
  },
  { additionalProperties: false },
);

function usernameOf(person: string) {
  const description = `The username of the ${person}; null for a user without one.`;
  return Type.Union([Type.String(), Type.Null()], { description });
}

/** A post in responses. */
export const postSchema = Type.Object(
  {
    post_id: Type.Integer(),
    post_data: Type.String(),
    visibility: visibilitySchema,
    user_id: Type.String({ format: "uuid", description: "The author." }),
    username: usernameOf("author"),
    votes: Type.Integer({ description: "The number of users who have voted for it." }),
    voted: Type.Boolean({ description: "Whether the signed-in user has voted for it." }),
    created_at: Type.String({ format: "date-time" }),
    updated_at: Type.String({ format: "date-time" }),
  },
  { $id: "Post" },
);

/** A vote in a list. */
export const voteSchema = Type.Object(
  {
    user_id: Type.String({ format: "uuid" }),
    username: usernameOf("voter"),
    created_at: Type.String({ format: "date-time" }),
  },
  { $id: "Vote" },
);

/** The id in a post's path. */
export function postIdOf(params: Static<typeof postParams>): number {
  return Number(params.post_id);
}

/** The wire form of a post. */
export function viewPost(post: PostRecord): Static<typeof postSchema> {
  return {
    post_id: post.id,
    post_data: post.postData,
    visibility: post.visibility,
    user_id: post.userId,
    username: post.username,
    votes: post.votes,
    voted: post.voted,
    created_at: post.createdAt.toISOString(),
    updated_at: post.updatedAt.toISOString(),
  };
}

/** The wire form of a vote. */
export function viewVote(vote: VoteRecord): Static<typeof voteSchema> {
  const { userId, username, createdAt } = vote;
  return { user_id: userId, username, created_at: createdAt.toISOString() };
}

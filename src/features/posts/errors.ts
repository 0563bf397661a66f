import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { findPost } from "./queries.ts";

/** There is no such post, or only its author may know that there is. */
export function postNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such post.");
}

/** Why this post, which is not the caller's own, is not hers to change: `FORBIDDEN` if she may see it, else `NOT_FOUND`. */
export async function notOwn(ctx: Context<UserActor>, id: number): Promise<AppError> {
  const post = await findPost(ctx.db, id, ctx.actor.userId);
  return post ? new AppError("FORBIDDEN", "This is somebody else's post.") : postNotFound();
}

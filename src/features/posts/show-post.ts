import type { UserActor } from "../../kernel/context.ts";
import type { Context } from "../../platform/platform.ts";
import { postNotFound } from "./errors.ts";
import { findPost, type PostRecord } from "./queries.ts";

/** A post that the signed-in user may see: her own, or a public one. Throws `NOT_FOUND`. */
export async function showPost(ctx: Context<UserActor>, id: number): Promise<PostRecord> {
  const post = await findPost(ctx.db, id, ctx.actor.userId);
  if (!post) throw postNotFound();
  return post;
}

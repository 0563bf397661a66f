import type { SignedInUser } from "./journey.ts";
import type { TestApp } from "./test-app.ts";

/** Where posts are. */
export const postsPath = "/api/v1/posts";

/** Posts something in a user's name, and gives its id. */
export async function makePost(
  app: TestApp,
  { accessToken: bearer }: Pick<SignedInUser, "accessToken">,
  { text = "Hello.", visibility }: { text?: string; visibility?: "private" | "public" } = {},
): Promise<number> {
  const json = { post_data: text, ...(visibility ? { visibility } : {}) };
  const answer = await app.post(postsPath, json, { bearer });
  if (answer.status !== 201) throw new Error(`posts: ${answer.status} ${answer.text}`);
  return answer.json.data.post_id;
}

/** The ids of the posts on all pages of a list, in its order. */
export async function listedPosts(
  app: TestApp,
  { accessToken: bearer }: Pick<SignedInUser, "accessToken">,
  query = "",
): Promise<number[]> {
  const ids: number[] = [];
  for (let cursor = ""; ;) {
    const answer = await app.call("GET", `${postsPath}?limit=100${query}${cursor}`, { bearer });
    if (answer.status !== 200) throw new Error(`posts: ${answer.status} ${answer.text}`);
    const { items, next_cursor: next } = answer.json.data;
    ids.push(...items.map((item: { post_id: number }) => item.post_id));
    if (next === null) return ids;
    cursor = `&cursor=${next}`;
  }
}

/** What is stored of votes and does not agree with itself: posts whose count is not the number of their votes. */
export function miscountedPosts(app: TestApp): Promise<Record<string, unknown>[]> {
  return app.rows(
    `select id, votes, (select count(*)::int from post_votes where post_id = posts.id) as counted
     from posts where votes <> (select count(*) from post_votes where post_id = posts.id)`,
  );
}

export { postsRoutes } from "./routes.ts";
export { posts, postVotes } from "./table.ts";

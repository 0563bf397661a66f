export { postsRoutes } from "./routes.ts";
export { posts } from "./table.ts";

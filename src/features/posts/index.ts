export { postsRoutes } from "./routes.ts";

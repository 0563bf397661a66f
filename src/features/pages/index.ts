export { pagesRoutes } from "./routes.ts";

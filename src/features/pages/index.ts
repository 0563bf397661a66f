export { otherSitePage } from "./kit/other-site.ts";
export { pagesRoutes } from "./routes.ts";

export { ownAccountRoutes, ownUserShortcut } from "./routes.ts";

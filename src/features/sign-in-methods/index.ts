export { signInMethodsRoutes } from "./routes.ts";

export { authenticate } from "./authenticate.ts";
export { openSession } from "./open-session.ts";
export { refresh } from "./refresh.ts";
export { sessionsRoutes } from "./routes.ts";
export { tokenResponse } from "./token-response.ts";

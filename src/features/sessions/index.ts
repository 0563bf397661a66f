export { authenticate } from "./authenticate.ts";
export { endSession } from "./end-sessions.ts";
export { judgeRefreshToken } from "./judge-refresh-token.ts";
export { type OpenedSession, openSession } from "./open-session.ts";
export { refresh } from "./refresh.ts";
export { sessionsRoutes } from "./routes.ts";
export { tokenResponse } from "./token-response.ts";

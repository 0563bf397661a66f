export { endBrowserSession, hashBrowserToken, rotateBrowserToken } from "./browser-session.ts";
export {
  endAllSessions,
  endOtherSessions,
  endSession,
  endSessionsOf,
  revokeAllSessions,
  revokeSession,
} from "./end-sessions.ts";
export { listSessions, type SessionRecord } from "./list-sessions.ts";
export { sessionSchema, viewSession } from "./model.ts";
export { introspectRefreshToken } from "./refresh/introspect-refresh-token.ts";
export {
  openSession,
  type SessionProof,
  type SessionProofQuery,
  tokenResponse,
} from "./open-session.ts";
export {
  deleteExpiredSessions,
  isActiveSession,
  isFreshSession,
  isRecentSession,
  meetsSignInSettings,
} from "./queries.ts";
export { refresh } from "./refresh/refresh.ts";
export { ownSessionsRoutes } from "./own-sessions-routes.ts";
export { sessionsRoutes } from "./routes.ts";
export { sessions } from "./table.ts";

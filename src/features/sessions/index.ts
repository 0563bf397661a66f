export { endBrowserSession, hashBrowserToken, rotateBrowserToken } from "./browser-session.ts";
export { endSessionsOf, endSessionsOfClient } from "./end-with-a-change.ts";
export { backchannelLogoutTopic } from "./notify-client.ts";
export {
  endAllSessions,
  endOtherSessions,
  endReusedSession,
  endSession,
  revokeAllSessions,
  revokeSession,
} from "./end-sessions.ts";
export { listSessions, type SessionRecord } from "./list-sessions.ts";
export { sessionSchema, viewSession } from "./model.ts";
export { introspectRefreshToken } from "./refresh/introspect-refresh-token.ts";
export {
  type ClientSession,
  type OpenedSession,
  openSession,
  type SessionProof,
  type SessionProofQuery,
  tokenResponse,
  tokenSubjectOf,
} from "./open-session.ts";
export {
  deleteExpiredSessions,
  isActiveSession,
  isFreshSession,
  isRecentSession,
  meetsSignInSettings,
} from "./queries.ts";
export { refresh, renewSession, type RenewedSession } from "./refresh/refresh.ts";
export { ownSessionsRoutes } from "./own-sessions-routes.ts";
export { revokeEverySession } from "./revoke-every-session.ts";
export { sessionsRoutes } from "./routes.ts";
export { sessions } from "./table.ts";

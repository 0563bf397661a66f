export { endUserSession, type EndSessionOutcome } from "./end-user-session.ts";
export { createLogoutDelivery } from "./send-logout-token.ts";

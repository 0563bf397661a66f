export { endUserSession, type EndSessionOutcome, type LogoutFault } from "./end-user-session.ts";
export { createLogoutDelivery } from "./send-logout-token.ts";

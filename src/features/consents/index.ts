export { giveConsent } from "./give-consent.ts";
export { findConsent } from "./queries.ts";
export { ownGrantsRoutes } from "./routes.ts";
export { userGrants } from "./table.ts";

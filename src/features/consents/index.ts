export { giveConsent } from "./give-consent.ts";
export { type ConsentRecord, findConsent, listConsents } from "./queries.ts";
export { ownGrantsRoutes, viewGrant } from "./routes.ts";
export { userGrants } from "./table.ts";
export { withdrawConsent } from "./withdraw-consent.ts";

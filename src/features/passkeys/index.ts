export { deleteExpiredPasskeyChallenges } from "./challenges.ts";
export { type Assertion, assertionSchema, passkeyParams, requestOptionsSchema } from "./model.ts";
export { ownPasskeysRoutes } from "./own-passkeys-routes.ts";
export {
  type PasskeyPurpose,
  passkeyRefused,
  provePasskey,
  type ProvenPasskey,
} from "./prove-passkey.ts";
export { deletePasskeysOf, hasPasskey, isUsablePasskey } from "./queries.ts";
export { passkeyRegistrationRoutes } from "./registration-routes.ts";
export { relatedOriginsRoute } from "./related-origins-route.ts";
export { passkeyNotFound } from "./rename-passkey.ts";
export { startAuthentication } from "./start-authentication.ts";
export { passkeys } from "./table.ts";
export { lockPasskey, usePasskey } from "./use-passkey.ts";

export { deleteExpiredPasskeyChallenges } from "./challenges.ts";
export { listPasskeys } from "./list-passkeys.ts";
export {
  type Assertion,
  assertionSchema,
  passkeyParams,
  registerPasskeyBody,
  renamePasskeyBody,
  requestOptionsSchema,
  viewPasskey,
} from "./model.ts";
export { ownPasskeysRoutes } from "./own-passkeys-routes.ts";
export { passkeyMethods, passkeyRefused, provePasskey } from "./prove-passkey.ts";
export { deletePasskeysOf, hasPasskey, isUsablePasskey, type PasskeyRecord } from "./queries.ts";
export { registerPasskey } from "./register-passkey.ts";
export { passkeyRegistrationRoutes } from "./registration-routes.ts";
export { relatedOriginsRoutes } from "./related-origins-routes.ts";
export { passkeyNotFound, renamePasskey } from "./rename-passkey.ts";
export { startAuthentication } from "./start-authentication.ts";
export { startRegistration } from "./start-registration.ts";
export { passkeys } from "./table.ts";
export { lockPasskey, usePasskey } from "./use-passkey.ts";

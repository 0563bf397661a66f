export { identityParams, identitySchema, viewIdentity } from "./model.ts";
export {
  findIdentity,
  type FoundIdentity,
  identityNotFound,
  hasOtherSubject,
  type IdentityKey,
  type IdentityRecord,
  isUsableIdentity,
  sealedProviderTokens,
} from "./queries.ts";
export { listIdentities } from "./list-identities.ts";
export { identitiesRoutes } from "./routes.ts";
export { identities } from "./table.ts";
export {
  deleteIdentitiesOf,
  deleteTokensOf,
  insertIdentity,
  type PresentedIdentity,
  updateIdentity,
} from "./write-identity.ts";

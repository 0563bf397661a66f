export { type IdentityToLink, linkIdentity } from "./link-identity.ts";
export type { ProvenProfile } from "./proven-profile.ts";
export { type ResolvedAccount, resolveAccount } from "./resolve-account.ts";

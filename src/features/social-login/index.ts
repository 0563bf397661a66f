export { linkIdentity } from "./link-identity.ts";
export { type ResolvedAccount, resolveAccount } from "./resolve-account.ts";

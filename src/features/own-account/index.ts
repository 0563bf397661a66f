export { collectOwnData } from "./collect-own-data.ts";
export { deleteOwnAccount } from "./delete-account.ts";
export { findOwnSecurity, type OwnSecurity } from "./find-own-security.ts";
export { ownAccountRoutes } from "./routes.ts";
export { updateProfile } from "./update-profile.ts";

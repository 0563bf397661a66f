export { createClient } from "./create-client.ts";
export { isClientName } from "./model.ts";
export { clientsRoutes } from "./routes.ts";
export type { ClientRecord } from "./queries.ts";
export { type ClientCredentials, findClient, verifyClient } from "./verify-client.ts";

export { createClient } from "./create-client.ts";
export { isClientName } from "./model.ts";
export { clientsRoutes } from "./routes.ts";
export { type ClientRecord, findClient } from "./queries.ts";
export { type ClientCredentials, verifyClient } from "./verify-client.ts";

export {
  authenticateClient,
  authenticateClientIfSent,
  authenticateConfidentialClient,
} from "./authenticate-client.ts";
export type { ClientParameters } from "./client-credentials.ts";
export {
  type ClientSettings,
  clientGrantTypes,
  deviceGrantType,
  hasUsers,
  isClientName,
  standardScopes,
} from "./client-settings.ts";
export { type ClientWithSecret, createClient } from "./create-client.ts";
export { deleteClient } from "./delete-client.ts";
export { listClients } from "./list-clients.ts";
export { saveDocumentClient } from "./save-document-client.ts";
export { viewClient } from "./model.ts";
export { type ClientRecord, findClient, isDocumentUrl, isPublicClient } from "./queries.ts";
export { rotateClientSecret } from "./rotate-secret.ts";
export { clientsRoutes } from "./routes.ts";
export { type ClientJwk, clients, selfRegistered } from "./table.ts";

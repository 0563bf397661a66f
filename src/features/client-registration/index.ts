export { deleteUnusedClients } from "./delete-unused-clients.ts";
export { clientMetadataSchema, registrationSchema } from "./model.ts";
export { findAuthorizingClient } from "./find-authorizing-client.ts";
export { assertMayRegister, registerClient } from "./register-client.ts";

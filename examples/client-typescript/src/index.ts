export { createGatehouseClient, type GatehouseClient, type GatehouseOptions } from "./client.ts";
export { GatehouseError, unwrap } from "./errors.ts";
export type { components, paths } from "./schema.ts";
export { browserStorage, memoryStorage, type StoredTokens, type TokenStorage } from "./storage.ts";

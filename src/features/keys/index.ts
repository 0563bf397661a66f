export { type ListedKey, listKeys } from "./list-keys.ts";
export { loadKeys } from "./load-keys.ts";
export { maintainKeys } from "./retire-keys.ts";
export { rotateKey } from "./rotate-key.ts";
export { keysRoutes } from "./routes.ts";

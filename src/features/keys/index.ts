export { type ListedKey, listKeys } from "./list-keys.ts";
export { adoptAlgorithm } from "./algorithms.ts";
export { loadKeyRing } from "./load-key-ring.ts";
export { sealedPrivateKeys } from "./queries.ts";
export { deleteOtherKeys, maintainKeys } from "./retire-keys.ts";
export { rotateKeys } from "./rotate-key.ts";
export { keysRoutes } from "./routes.ts";
export { useIdTokenAlgorithm } from "./use-id-token-algorithm.ts";

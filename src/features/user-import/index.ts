export { countUnexported, exportUsers } from "./export-users.ts";
export { readUsers } from "./entries.ts";
export { type ImportCounts, importUsers, type LineFault } from "./import-users.ts";

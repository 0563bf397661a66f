export { exportUsers } from "./export-users.ts";
export { type ImportCounts, importUsers, type LineFault } from "./import-users.ts";
export { readLines } from "./lines.ts";

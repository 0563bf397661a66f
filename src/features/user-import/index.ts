export { readUsers } from "./entries.ts";
export { countUnexported, exportUsers } from "./export-users.ts";
export { type ImportCounts, importUsers, type LineFault } from "./import-users.ts";
export { findFirebaseHashConfig } from "./sources/firebase.ts";
export {
  type ForeignSource,
  foreignSources,
  readForeignUsers,
} from "./sources/open-foreign-file.ts";

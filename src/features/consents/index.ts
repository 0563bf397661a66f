export { userGrants } from "./table.ts";

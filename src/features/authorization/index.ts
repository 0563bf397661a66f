export { authorizationCodes } from "./table.ts";

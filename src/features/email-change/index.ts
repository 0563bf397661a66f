export { confirmEmailChange, hasChangedEmail } from "./confirm-email-change.ts";
export { requestEmailChange } from "./request-email-change.ts";
export { emailChangeRoutes } from "./routes.ts";

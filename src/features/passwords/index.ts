export { hashChosenPassword } from "./choose-password.ts";
export {
  englishFaultTexts,
  passwordFaultText,
  type PasswordFaultTexts,
  WeakPasswordError,
} from "./errors.ts";
export type { PasswordFault } from "./policy.ts";
export { passwordRecoveryRoutes } from "./recovery-routes.ts";
export { passwordResetTopic, requestPasswordReset, sendPasswordReset } from "./request-reset.ts";
export { resetPassword } from "./reset-password.ts";
export { passwordsRoutes } from "./routes.ts";
export { parseIdentifier, verifyCredentials } from "./verify-credentials.ts";
export { verifyOwnPassword } from "./verify-own-password.ts";

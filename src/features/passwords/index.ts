export { changePassword } from "./change-password.ts";
export { hashChosenPassword } from "./choose-password.ts";
export {
  englishFaultTexts,
  passwordFaultText,
  type PasswordFaultTexts,
  WeakPasswordError,
} from "./errors.ts";
export { logIn, parseIdentifier, verifyCredentials } from "./log-in.ts";
export { proveOwner } from "./prove-owner.ts";
export { passwordRecoveryRoutes } from "./recovery-routes.ts";
export { passwordResetRequests, requestPasswordReset } from "./request-reset.ts";
export { resetPassword } from "./reset-password.ts";
export { register, type RegisterInput } from "./register.ts";
export { passwordsRoutes } from "./routes.ts";
export { verifyOwnPassword } from "./verify-own-password.ts";

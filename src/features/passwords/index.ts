export { readBreachedRange } from "./breached-passwords.ts";
export { changePassword } from "./change-password.ts";
export { assertChosenPassword, hashChosenPassword } from "./choose-password.ts";
export {
  englishFaultTexts,
  passwordFaultsOf,
  passwordFaultText,
  type PasswordFaultTexts,
  PasswordMismatchError,
  WeakPasswordError,
} from "./errors.ts";
export { logIn, parseIdentifier } from "./log-in.ts";
export { proveOwner } from "./prove-owner.ts";
export { passwordRecoveryRoutes } from "./recovery-routes.ts";
export { passwordResetRequests, requestPasswordReset } from "./request-reset.ts";
export { recordNewPassword } from "./record-new-password.ts";
export { resetPassword } from "./reset-password.ts";
export { register, type RegisterInput } from "./register.ts";
export { passwordsRoutes } from "./routes.ts";
export { verifyOwnPassword } from "./verify-own-password.ts";

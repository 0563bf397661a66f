export {
  requestVerification,
  sendVerification,
  verificationRequestTopic,
} from "./request-verification.ts";
export { emailVerificationRoutes } from "./routes.ts";
export { sendDueReminders } from "./send-reminders.ts";
export { composeVerificationMail } from "./verification-mail.ts";
export { hasVerifiedEmail, verifyEmailByToken } from "./verify-email.ts";

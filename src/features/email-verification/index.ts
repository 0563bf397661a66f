export { deleteUnverifiedAccounts } from "./delete-unverified.ts";
export { requestVerification, verificationRequests } from "./request-verification.ts";
export { emailVerificationRoutes } from "./routes.ts";
export { sendDueReminders } from "./send-reminders.ts";
export { hasVerifiedEmail, verifyEmailByCode, verifyEmailByToken } from "./verify-email.ts";

export { createVerificationRequestDelivery } from "./deliver-requests.ts";
export { requestVerification, verificationRequestTopic } from "./request-verification.ts";
export { emailVerificationRoutes } from "./routes.ts";
export { composeVerificationMail } from "./verification-mail.ts";
export { hasVerifiedEmail, verifyEmailByToken } from "./verify-email.ts";

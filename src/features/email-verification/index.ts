export { createVerificationRequestDelivery } from "./deliver-requests.ts";
export { verificationRequestTopic } from "./request-verification.ts";
export { emailVerificationRoutes } from "./routes.ts";
export { composeVerificationMail } from "./verification-mail.ts";
export { verifyEmailByToken } from "./verify-email.ts";
export { requestVerification } from "./request-verification.ts";

export { createMailDelivery } from "./deliver-mail.ts";
export { mailTopic, queueMail } from "./queue-mail.ts";

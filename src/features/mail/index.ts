export { createMailDelivery } from "./deliver-mail.ts";
export { deviceWords } from "./templates/occasion.ts";
export { mailTopic, queueMail } from "./queue-mail.ts";

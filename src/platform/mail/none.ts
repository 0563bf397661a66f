import type { Mailer } from "./port.ts";

/** For installations that send no mail: drops every message. */
export function createNoMailer(): Mailer {
  return { async send() {}, async close() {} };
}

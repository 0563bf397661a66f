import type { Mailer } from "./port.ts";

/** For installations that send no mail: takes every message and drops it. */
export function createNoMailer(): Mailer {
  return { async send() {}, async close() {} };
}

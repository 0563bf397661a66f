import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../kernel/clock.ts";
import { buildMail, composeMail } from "./compose.ts";
import type { MailAddress, Mailer } from "./port.ts";

/** The directory of the mail files, which is created if it is missing, and the sender. */
export interface FileMailerOptions {
  readonly directory: string;
  readonly from: MailAddress;
  /** Called after a mail was written, with the name of its file without `.eml`. */
  readonly onWritten?: (mail: { readonly id: string; readonly to: string }) => void;
}

/**
 * For development: writes each mail to its own file, such as `20261120T101112.123Z-verify-email-<id>.eml`, with mode 0600.
 * A file is renamed to its final name when it is complete, and the names sort by time. Lines end with a line feed only,
 * so that a link found with `grep` has no carriage return at its end.
 */
export function createFileMailer(options: FileMailerOptions, clock: Clock): Mailer {
  return {
    async send(message) {
      const now = clock.now();
      const mail = composeMail(message, options.from, now);
      const content = await buildMail({ ...mail, newline: "unix" });
      const id = `${now.toISOString().replaceAll(/[:-]/g, "")}-${message.kind}-${message.id}`;
      const name = `${id}.eml`;
      const temporaryPath = join(options.directory, `.${name}.part`);
      await mkdir(options.directory, { recursive: true, mode: 0o700 });
      try {
        await writeFile(temporaryPath, content, { mode: 0o600 });
        await rename(temporaryPath, join(options.directory, name));
      } catch (error) {
        await rm(temporaryPath, { force: true });
        throw error;
      }
      options.onWritten?.({ id, to: message.to.address });
    },
    async close() {},
  };
}

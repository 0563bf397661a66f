import { eventually } from "./eventually.ts";
import type { TestApp } from "./test-app.ts";

/** The newest mail of one kind (`X-Gatehouse-Mail`) to an address, once there are `count` of them. */
export async function mailOfKind(
  app: TestApp,
  kind: string,
  email: string,
  count = 1,
): Promise<{ text: string; html: string; token: string; code: string; link: string }> {
  const mails = await eventually(
    () => mailsOfKind(app, kind, email),
    (found) => found.length >= count,
  );
  const { text = "", html = "" } = mails.at(-1) ?? {};
  const link = /https?:\S+\?token=(\S+)/.exec(text);
  const code = /^\d{6}$/m.exec(text);
  return { text, html, token: link?.[1] ?? "", code: code?.[0] ?? "", link: link?.[0] ?? "" };
}

/** The text of a mail of one kind that contains `words`, once it is there. Mails of the same second arrive in any order. */
export async function mailThatSays(
  app: TestApp,
  kind: string,
  email: string,
  words: string,
): Promise<string> {
  const find = () => mailsOfKind(app, kind, email).find(({ text }) => text.includes(words));
  const mail = await eventually(find, (found) => found !== undefined);
  return mail?.text ?? "";
}

/** All mails of one kind to an address so far, oldest first. */
export function mailsOfKind(app: TestApp, kind: string, email: string) {
  return app.mailer.sent
    .map(({ message }) => message)
    .filter((message) => message.kind === kind && message.to.address === email);
}

import type { StoredMail } from "../../../platform/mail/mail-directory.ts";
import { paragraph } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { mailboxPath, mailPath } from "./mailbox.ts";

/** The list of mails, the newest first. */
export function mailListPage(reader: Reader, mails: readonly StoredMail[], limit: number): string {
  const items = mails.map(
    ({ id, subject, to, kind, date }) =>
      `<li><div><a href="${mailPath(id)}">${Bun.escapeHTML(subject)}</a><p class="hint">${Bun.escapeHTML(`${to} · ${kind} · ${date}`)}</p></div></li>`,
  );
  return renderPage(reader, {
    title: "Mails of this development installation",
    isWide: true,
    body: [
      items.length === 0
        ? paragraph("No mail was written yet. Reload this page after a sign-up.")
        : `<ul class="items">\n${items.join("\n")}\n</ul>`,
      `<p class="note">The newest ${limit} mails of the directory mail in DATA_DIR. In production there is no such page.</p>`,
    ].join("\n"),
  });
}

/** One mail: its HTML in a frame that can run and send nothing, and its text. */
export function mailPage(reader: Reader, mail: StoredMail): string {
  const { id, subject, from, to, kind, date, text } = mail;
  const facts = [
    ["From", from],
    ["To", to],
    ["Kind", kind],
    ["Time", date],
  ].map(([name = "", value = ""]) => `<dt>${name}</dt><dd>${Bun.escapeHTML(value)}</dd>`);
  return renderPage(reader, {
    title: subject === "" ? "Mail without a subject" : subject,
    isWide: true,
    body: [
      `<dl class="facts">${facts.join("")}</dl>`,
      `<iframe class="mail" title="The mail as HTML" src="${mailPath(id)}/html" sandbox="${sandbox.join(" ")}"></iframe>`,
      `<details><summary>Text of the mail</summary><pre tabindex="0">${linkedText(text)}</pre></details>`,
      `<p class="links"><a href="${mailboxPath}">All mails</a></p>`,
    ].join("\n"),
  });
}

/** What the frame of a mail may do: open a link in the whole window, when the user clicks it. */
const sandbox = ["allow-top-navigation-by-user-activation"];

/** The document in the frame, whose links open in the whole window. */
export function mailFrame(html: string): string {
  return `<!doctype html>\n<base target="_top">\n${html}`;
}

/** The policy of the document in the frame. It holds also where it is opened without the frame. */
export function mailFramePolicy(publicUrl: string): string {
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `img-src 'self' ${publicUrl}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    ["sandbox", ...sandbox].join(" "),
  ].join("; ");
}

/** Plain text as HTML, with its http and https URLs as links. */
function linkedText(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, place) => {
      const escaped = Bun.escapeHTML(part);
      return place % 2 === 0 ? escaped : `<a href="${escaped}">${escaped}</a>`;
    })
    .join("");
}

import { describe, expect, test } from "bun:test";

import PostalMime from "postal-mime";

import { renderContent } from "../../src/features/mail/render-content.ts";
import { recipientOf } from "../../src/features/mail/templates/recipient.ts";
import { senderOf } from "../../src/features/mail/templates/sender.ts";
import { languages } from "../../src/kernel/language.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { createMemoryMailer } from "../../src/platform/mail/memory.ts";
import { load } from "../config/load.ts";
import { allMails, mailContents } from "../support/mail-contents.ts";
import { senderFor } from "../support/mail-sender.ts";

const logoUrl = "http://localhost:8000/brand/logo?v=0123456789abcdef";
const branded = senderFor("Acme & Söhne", {
  appUrl: "https://app.example.com/",
  supportEmail: "help@acme.example",
  logoUrl,
});
const continueTo = {
  en: "Continue to Acme & Söhne",
  de: "Weiter zu Acme & Söhne",
  es: "Continuar a Acme & Söhne",
  zh: "前往 Acme & Söhne",
};
const newPassword = {
  en: "Choose a new password",
  de: "Neues Passwort wählen",
  es: "Elegir una contraseña nueva",
  zh: "设置新密码",
};

/** The mail as a mail program reads it. */
async function received(content: (typeof allMails)[number]["content"], locale: string) {
  const mailer = createMemoryMailer({ name: "Acme", address: "acme@example.com" }, systemClock);
  const recipient = recipientOf({ sender: branded, name: "Ada", locale });
  await mailer.send({
    id: "0193456a-0000-7000-8000-000000000001",
    kind: content.kind,
    to: { name: "Ada", address: "ada@example.com" },
    ...renderContent(recipient, content),
  });
  const mail = await PostalMime.parse(mailer.sent[0]?.raw ?? "");
  const header = (name: string) =>
    mail.headers.filter(({ key }) => key === name).map(({ value }) => value);
  return { ...mail, text: mail.text ?? "", html: mail.html ?? "", header };
}

describe.each(allMails)("the mail $name", ({ name, content }) => {
  test.each(languages)("has the brand in both parts, in the language %s", async (locale) => {
    const { text, html } = await received(content, locale);
    const foot = ["-- ", "Acme & Söhne", `${continueTo[locale]}:`, "https://app.example.com/"].join(
      "\n",
    );
    expect(text.replaceAll("\r\n", "\n")).toContain(foot);
    expect(text.trim()).toMatch(/[:：] ?help@acme\.example$/);
    expect(html).toContain(`>${Bun.escapeHTML(continueTo[locale])}</a>`);
    expect(html).toContain('href="mailto:help@acme.example"');
    expect(html).toContain(`<img src="${logoUrl}" alt="Acme &amp; Söhne" height="40"`);
    const loaded = [...html.matchAll(/ src="([^"]*)"/g)].map((match) => match[1]);
    expect(loaded).toEqual([logoUrl]);
  });

  test.each(languages)("has what every mail program needs, in the language %s", async (locale) => {
    const { header, html, text } = await received(content, locale);
    expect(header("auto-submitted")).toEqual(["auto-generated"]);
    expect(header("x-auto-response-suppress")).toEqual(["All"]);
    expect(header("x-gatehouse-mail")).toEqual([content.kind]);
    expect(header("content-type")[0]).toStartWith("multipart/alternative");

    // The preview stands first, hidden, and says more than the greeting.
    const preview =
      /<body[^>]*>\s*<div style="display:none[^>]*>([^<]*?)&#847;/.exec(html)?.[1] ?? "";
    expect(preview).toContain("Acme");
    const asWritten = (part: string) => part.replaceAll(/\s/g, "");
    expect(asWritten(Bun.escapeHTML(text))).toContain(asWritten(preview));

    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    // Outlook lays out tables, and screen readers must not announce them.
    const tables = [...html.matchAll(/<table([^>]*)>/g)].map((match) => match[1] ?? "");
    expect(tables.length).toBeGreaterThanOrEqual(3);
    for (const table of tables) expect(table).toContain('role="presentation"');
    expect(html.match(/<table/g)?.length).toBe(html.match(/<\/table>/g)?.length ?? 0);
    expect(html.match(/<!--\[if mso\]>/g)?.length).toBe(html.match(/<!\[endif\]-->/g)?.length ?? 0);
    expect(html).not.toMatch(/<script|<form|<iframe|display:\s*(?:flex|grid)|position:/);
  });

  test("has the link to a new password if it is a notice to an address of the account", async () => {
    const isLinkMail = "secrets" in content;
    const hasReset = !isLinkMail && name !== "email-changed-changed";
    for (const locale of languages) {
      const { text, html } = await received(content, locale);
      const lines = text.split(/\r?\n/);
      const place = lines.indexOf("http://localhost:8000/reset-password");
      expect([locale, place > 0]).toEqual([locale, hasReset]);
      if (!hasReset) continue;
      expect(lines[place - 1]).toBe(`${newPassword[locale]}:`);
      expect(html).toMatch(
        new RegExp(
          `<a class="button" href="http://localhost:8000/reset-password"[^>]*>${newPassword[locale]}</a>`,
        ),
      );
    }
  });
});

test("the structure of a notice is that of the brand, and nothing else", () => {
  const recipient = recipientOf({ sender: branded, name: "Ada", locale: "en" });
  const { html } = renderContent(recipient, mailContents["new-sign-in"]);
  const body = /<body[^]*<\/body>/.exec(html)?.[0] ?? "";
  const shape = [...body.replaceAll(/<!--\[if[^]*?endif\]-->/g, "").matchAll(/<(\w+)/g)].map(
    (match) => match[1],
  );
  expect(shape.join(" ")).toBe(
    [
      "body div",
      "table tr td table tr td",
      "p img p",
      "p p",
      "table tr td p br br",
      "p table tr td a",
      "p a br a",
    ].join(" "),
  );
});

test("without a logo, an application and an address for help, a mail has none of them", () => {
  for (const { content } of allMails) {
    const recipient = recipientOf({ sender: senderFor(), name: null, locale: "en" });
    const { html, text } = renderContent(recipient, content);
    expect(html).not.toMatch(/<img|mailto:|Continue to|Help:/);
    expect(text).toEndWith("\n\n-- \nAcme Notes\n");
  }
});

// security 59
test("the addresses of logo and reset page begin with PUBLIC_URL", () => {
  const settings = load({ PUBLIC_URL: "https://auth.example.com", BRAND_NAME: "Acme" }).settings;
  expect(senderOf(settings)).toMatchObject({
    brand: { name: "Acme" },
    logoUrl: null,
    resetUrl: "https://auth.example.com/reset-password",
  });
  const logo = { path: "/logo.png", mediaType: "image/png", base64: "", version: "abc" } as const;
  expect(senderOf({ ...settings, brandLogo: logo }).logoUrl).toBe(
    "https://auth.example.com/brand/logo?v=abc",
  );
});

test("the colour of the brand is that of the buttons, with a readable text on it", () => {
  const { brand } = senderOf(load({ BRAND_COLOR: "#0b7a4b" }).settings);
  const recipient = recipientOf({ sender: { ...branded, brand }, name: null, locale: "en" });
  const { html } = renderContent(recipient, mailContents["reset-password"]);
  expect(html).toMatch(/<td class="button" bgcolor="#0b7a4b"[^>]*>\s*<a [^>]*color:#ffffff/);
});

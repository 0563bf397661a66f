import { describe, expect, test } from "bun:test";

import { renderContent } from "../../src/features/mail/render-content.ts";
import { recipientOf } from "../../src/features/mail/templates/recipient.ts";
import { languages, languageTag } from "../../src/kernel/language.ts";
import { allMails, mailContents } from "../support/mail-contents.ts";
import { senderFor } from "../support/mail-sender.ts";

const serviceName = "Acme Notes";
const greetings = { en: "Hello Ada,", de: "Guten Tag Ada,", es: "Hola, Ada:", zh: "Ada，您好：" };
const nameless = { en: "Hello,", de: "Guten Tag,", es: "Hola:", zh: "您好：" };

function reader(locale: string | null, name: string | null = "Ada") {
  return recipientOf({ sender: senderFor(serviceName), name, locale });
}

describe.each(allMails)("the mail $name", ({ content }) => {
  test.each(languages)("is complete in the language %s, as text and as HTML", (locale) => {
    const { subject, text, html } = renderContent(reader(locale), content);

    expect(subject).toContain(serviceName);
    expect(html).toContain(`<html lang="${languageTag(locale)}" `);
    expect(html).toContain(`<title>${subject}</title>`);
    expect(text).toStartWith(`${greetings[locale]}\n`);
    expect(html).toContain(`>${greetings[locale]}</p>`);
    expect(text).toEndWith(`\n\n-- \n${serviceName}\n`);
    for (const part of [subject, text, html])
      expect(part).not.toMatch(/undefined|null|NaN|Invalid|\[object|\$\{/);
    const spoken = /<body[^]*<\/body>/.exec(html)?.[0].replaceAll(/<[^>]*>/g, "") ?? "";
    const said = (part: string) => part.replaceAll(/\s/g, "");
    for (const paragraph of text.split("\n\n-- ")[0]?.split("\n\n") ?? []) {
      // The label of a button has no colon, and its URL is not shown beside it.
      const shown = paragraph.replace(/:\nhttps?:\S+$/, "");
      expect(said(spoken)).toContain(said(Bun.escapeHTML(shown)));
    }
  });

  test.each(languages)("keeps its lines short in the language %s", (locale) => {
    const { text } = renderContent(reader(locale), content);

    const long = text.split("\n").filter((line) => Bun.stringWidth(line) > 76);
    expect(long.filter((line) => !line.startsWith("http"))).toEqual([]);
  });

  test.each(languages)("greets a user without a name by none, in the language %s", (locale) => {
    expect(renderContent(reader(locale, null), content).text).toStartWith(`${nameless[locale]}\n`);
  });

  test("has its link and its code on lines of their own", () => {
    if (!("secrets" in content)) return expect(JSON.stringify(content)).not.toContain("http");
    for (const locale of languages) {
      const lines = renderContent(reader(locale), content).text.split("\n");
      for (const secret of Object.values(content.secrets))
        expect(lines.filter((line) => line === secret)).toHaveLength(1);
    }
  });

  test("loads nothing", () => {
    const { html } = renderContent(reader("en"), content);

    const hasNoReset = "secrets" in content || ("stage" in content && content.stage === "changed");
    const reset = hasNoReset ? [] : ["http://localhost:8000/reset-password"];
    const link = "secrets" in content ? [content.secrets.link] : reset;
    const addresses = [...html.matchAll(/(?:https?:)?\/\/[^"<\s]+/g)].map((match) => match[0]);
    expect(new Set(addresses)).toEqual(new Set(link));
    expect(html).not.toMatch(/<img|<link|<script|url\(|@import/i);
  });
});

test("every mail has a subject of its own in every language", () => {
  const subjects = languages.flatMap((locale) =>
    allMails.map(({ content }) => renderContent(reader(locale), content).subject),
  );
  expect(new Set(subjects).size).toBe(languages.length * allMails.length);
});

test.each([
  ["en-GB", "en"],
  ["EN", "en"],
  ["de-AT", "de"],
  ["DE-ch", "de"],
  ["es-419", "es"],
  ["zh-Hant-TW", "zh"],
  ["zh", "zh"],
  ["fr", "en"],
  ["deu", "en"],
  ["xx-unknown", "en"],
  ["", "en"],
  ["__proto__", "en"],
  ["constructor", "en"],
  [null, "en"],
] as const)("a user with the locale %j gets mails in %s", (asked, language) => {
  const { html } = renderContent(reader(asked), mailContents["magic-link"]);
  expect(html).toContain(`<html lang="${languageTag(language)}" `);
});

test.each([
  ["en", "for 30 minutes", "November 20, 2026 at 10:11 AM (UTC)", "Device: Firefox, Linux"],
  [
    "de",
    "ist 30 Minuten lang gültig",
    "20. November 2026 um 10:11 Uhr (UTC)",
    "Gerät: Firefox, Linux",
  ],
  ["es", "durante 30 minutos", "20 de noviembre de 2026 a las 10:11 (UTC)", "Dispositivo: "],
  ["zh", "在30分钟内有效", "2026年11月20日 10:11（UTC）", "设备：Firefox, Linux"],
])("times and devices are written in the language %s", (locale, duration, time, device) => {
  expect(renderContent(reader(locale), mailContents["reset-password"]).text).toContain(duration);
  const notice = renderContent(reader(locale), mailContents["new-sign-in"]);
  for (const fact of [time, device, "203.0.113.7"]) {
    expect(notice.text).toContain(fact);
    expect(notice.html).toContain(fact);
  }
});

test("a notice without an IP address or a known device leaves it out or calls it unknown", () => {
  const unknown = { ...mailContents["password-changed"], ipAddress: null, userAgent: null };
  const { text } = renderContent(reader("en"), unknown);
  expect(text).not.toContain("IP address");
  expect(text).toContain("Device: unknown\n");
});

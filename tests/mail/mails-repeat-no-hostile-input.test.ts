import { describe, expect, test } from "bun:test";

import { renderContent } from "../../src/features/mail/render-content.ts";
import { recipientOf } from "../../src/features/mail/templates/recipient.ts";
import { deviceWords } from "../../src/features/mail/templates/occasion.ts";
import { languages } from "../../src/kernel/language.ts";
import { allMails, mailContents } from "../support/mail-contents.ts";
import { senderFor } from "../support/mail-sender.ts";

const markup = `<script>alert(1)</script><img src=x>"'&`;

/** The content with markup in every string that comes from a request. */
function hostile(content: (typeof allMails)[number]["content"]) {
  return {
    ...content,
    ...("newEmail" in content ? { newEmail: markup } : {}),
    ...("ipAddress" in content ? { ipAddress: markup } : {}),
    ...("userAgent" in content ? { userAgent: markup } : {}),
    ...("secrets" in content
      ? { secrets: { link: `https://example.com/?a=1&b=${markup}`, code: markup } }
      : {}),
  };
}

describe.each(allMails)("the mail $name", ({ content }) => {
  // security 65
  test.each(languages)("shows markup as text, in the language %s", (locale) => {
    const reader = recipientOf({ sender: senderFor(markup), name: markup, locale });
    const { html } = renderContent(reader, hostile(content));

    const own = renderContent(
      recipientOf({ sender: senderFor("Acme"), name: null, locale }),
      content,
    ).html;
    const tags = (part: string) =>
      [...part.matchAll(/<\/?([a-z0-9!]+)/g)].map((match) => match[1]).join(" ");
    expect(tags(html)).toBe(tags(own));
    expect(html).not.toMatch(/<script|<img/);
    expect(html).toContain("&lt;script&gt;");
    for (const [, href] of html.matchAll(/href="([^"]*)"/g)) expect(href).not.toMatch(/[<>']/);
  });
});

// Attack: someone registers another person's address with an advertisement as the name.
// security 65
test.each([
  "Win at evil.example now",
  "http://evil.example",
  "call 0900 123456",
  "<b>Ada</b>",
  "Ada\r\nBcc: eve@evil.example",
  "eve@evil.example",
  "A".repeat(65),
  "\u202egnp.exe",
])("no mail in any language greets by the name %j", (name) => {
  for (const locale of languages) {
    for (const { content } of allMails) {
      const reader = recipientOf({ sender: senderFor(), name, locale });
      const { subject, text, html } = renderContent(reader, content);
      expect(subject + text + html).not.toContain(name);
      expect(text).toMatch(/^(?:Hello,|Guten Tag,|Hola:|您好：)\n/);
    }
  }
});

// Attack: an attacker's user agent is mailed to the owner of the account.
// security 65
test.each([
  "<script>alert(1)</script>",
  "Your account is blocked, call 0900 123456",
  "https://evil.example/Firefox",
  "Mozilla/5.0 (Windows NT 10.0; evil.example) Firefox/1\r\nBcc: eve@evil.example",
])("a notice repeats nothing of the user agent %j", (userAgent) => {
  for (const kind of ["new-sign-in", "password-changed"] as const) {
    const reader = recipientOf({ sender: senderFor(), name: null, locale: null });
    const { subject, text, html } = renderContent(reader, { ...mailContents[kind], userAgent });
    expect(subject + text + html).not.toMatch(/evil|0900|alert/);
  }
});

const webKit = "AppleWebKit/537.36 (KHTML, like Gecko)";

test.each([
  [`Mozilla/5.0 (Windows NT 10.0) ${webKit} Chrome/131.0.0.0 Safari/537.36`, "Chrome, Windows"],
  [
    `Mozilla/5.0 (Windows NT 10.0) ${webKit} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0`,
    "Edge, Windows",
  ],
  [
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webKit} Version/18.1 Safari/605.1.15`,
    "Safari, macOS",
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${webKit} Version/18.1 Safari/604.1`,
    "Safari, iPhone",
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/131.0.0.0 Mobile Safari/537.36`,
    "Chrome, Android",
  ],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox, Linux"],
  ["Mozilla/5.0 (X11; Linux x86_64)", "Linux"],
  ["curl/8.5.0", "curl"],
  ["", null],
  [null, null],
])("the device %j is called %j", (userAgent, words) => {
  expect(deviceWords(userAgent)).toBe(words);
});

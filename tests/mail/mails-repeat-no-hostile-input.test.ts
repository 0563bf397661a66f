import { describe, expect, test } from "bun:test";

import { renderContent } from "../../src/features/mail/render-content.ts";
import { addressee } from "../../src/features/mail/templates/addressee.ts";
import { deviceWords } from "../../src/features/mail/templates/device-words.ts";
import { MAIL_LOCALES } from "../../src/features/mail/templates/locale.ts";
import { allMails, mailContents } from "../support/mail-contents.ts";

const markup = `<script>alert(1)</script><img src=x>"'&`;

/** Every text in it that comes from outside, hostile. */
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
  test.each(MAIL_LOCALES)("shows markup as text, in the language %s", (locale) => {
    const reader = addressee({ serviceName: markup, name: markup, locale });
    const { html } = renderContent(reader, hostile(content));

    const own = renderContent(addressee({ serviceName: "Acme", name: null, locale }), content).html;
    const tags = (part: string) =>
      [...part.matchAll(/<\/?([a-z0-9!]+)/g)].map((match) => match[1]).join(" ");
    expect(tags(html)).toBe(tags(own));
    expect(html).not.toMatch(/<script|<img/);
    expect(html).toContain("&lt;script&gt;");
    for (const [, href] of html.matchAll(/href="([^"]*)"/g)) expect(href).not.toMatch(/[<>']/);
  });
});

// Attack: registering a stranger's address with an advertisement for a name.
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
])("no mail in any language has the name %j in its greeting", (name) => {
  for (const locale of MAIL_LOCALES) {
    for (const { content } of allMails) {
      const reader = addressee({ serviceName: "Acme Notes", name, locale });
      const { subject, text, html } = renderContent(reader, content);
      expect(subject + text + html).not.toContain(name);
      expect(text).toMatch(/^(?:Hello,|Guten Tag,|Hola:|您好：)\n/);
    }
  }
});

// Attack: the victim reads the intruder's user agent.
// security 65
test.each([
  "<script>alert(1)</script>",
  "Your account is blocked, call 0900 123456",
  "https://evil.example/Firefox",
  "Mozilla/5.0 (Windows NT 10.0; evil.example) Firefox/1\r\nBcc: eve@evil.example",
])("a notice repeats nothing of the user agent %j", (userAgent) => {
  for (const kind of ["new-sign-in", "password-changed"] as const) {
    const reader = addressee({ serviceName: "Acme Notes", name: null, locale: null });
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

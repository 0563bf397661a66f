import { describe, expect, test } from "bun:test";
import { durationWords } from "../../src/features/mail/templates/duration-words.ts";
import { greetingName } from "../../src/features/mail/templates/greeting-name.ts";
import {
  renderVerifyEmail,
  type VerifyEmailInput,
} from "../../src/features/mail/templates/verify-email.ts";

const link = "http://localhost:8000/verify-email?token=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MDEyMzQ1Njc4OTA";

function render(changes: Partial<VerifyEmailInput> = {}) {
  return renderVerifyEmail({
    serviceName: "Acme Notes",
    link,
    code: "042137",
    linkTtlSeconds: 86_400,
    codeTtlSeconds: 600,
    name: "Ada",
    locale: "en",
    ...changes,
  });
}

describe("the mail that asks to confirm an address", () => {
  test("has the link and the code on lines of their own in its text part", () => {
    const lines = render().text.split("\n");

    expect(lines.filter((line) => line === link)).toHaveLength(1);
    expect(lines.filter((line) => line === "042137")).toHaveLength(1);
  });

  test("keeps all other lines short enough for every mail program, and in ASCII", () => {
    const { text } = render({ serviceName: "A service with quite a long name that needs room" });

    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(text.split("\n").filter((line) => line !== link && line.length > 76)).toEqual([]);
  });

  test("says for whom it is, how long things work, that opening is harmless, and what strangers do", () => {
    const mail = render();
    const text = mail.text.replaceAll("\n", " ");

    expect(mail.subject).toBe("Confirm your e-mail address for Acme Notes");
    for (const part of [text, mail.html]) {
      expect(part).toContain("Hello Ada,");
      expect(part).toContain("An account at Acme Notes");
      expect(part).toContain("for 24 hours");
      expect(part).toContain("for 10 minutes");
      expect(part).toContain("Opening the link changes nothing until you press the button");
      expect(part).toContain("ignore this mail");
    }
  });

  test("loads nothing from anywhere", () => {
    const { html } = render();

    const addresses = [...html.matchAll(/(?:https?:)?\/\/[^"<\s]+/g)].map((match) => match[0]);
    expect(new Set(addresses)).toEqual(new Set([link]));
    expect(html).not.toMatch(/<img|<link|<script|url\(|@import/i);
  });

  // security 65
  test("shows markup in a service name or a link as text", () => {
    const { html } = render({
      serviceName: "<script>alert(1)</script>\"'&",
      link: 'https://example.com/?a=1&b="><img src=x>',
    });

    expect(html).not.toContain("<script>");
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;script&gt;");
    expect(html).toContain('href="https://example.com/?a=1&amp;b=&quot;&gt;&lt;img src=x&gt;"');
  });

  // Attack: registering a stranger's address with an advertisement for a name.
  test.each([
    "Win at evil.example now",
    "http://evil.example",
    "call 0900 123456",
    "<b>Ada</b>",
    "Ada\r\nBcc: eve@evil.example",
    "eve@evil.example",
    "A".repeat(65),
    "   ",
    "\u202egnp.exe",
  ])("does not greet by the name %j", (name) => {
    const mail = render({ name });

    expect(mail.text.split("\n")[0]).toBe("Hello,");
    expect(mail.text + mail.html).not.toContain(name);
  });

  test.each(["Ada", "Jean-Luc O’Neill", "J. R. R. Tolkien", "李小龍", "Žofie Nováková", "প্রিয়া"])(
    "greets by the name %s",
    (name) => {
      expect(greetingName(`  ${name} `)).toBe(name);
      expect(render({ name }).html).toContain(Bun.escapeHTML(`Hello ${name},`));
    },
  );

  test.each(["en", "en-GB", "EN", "xx-unknown", "", "__proto__"])(
    "is in English for the locale %j",
    (locale) => {
      const mail = render({ locale });

      expect(mail.text).toStartWith("Hello Ada,");
      expect(mail.html).toContain('<html lang="en">');
    },
  );
});

test.each([
  [1, "1 second"],
  [45, "45 seconds"],
  [60, "1 minute"],
  [90, "90 seconds"],
  [600, "10 minutes"],
  [3_600, "1 hour"],
  [5_400, "90 minutes"],
  [7_200, "2 hours"],
  [86_400, "24 hours"],
  [172_800, "2 days"],
  [604_800, "7 days"],
])("%d seconds are %s", (seconds, words) => {
  expect(durationWords(seconds, "en")).toBe(words);
});

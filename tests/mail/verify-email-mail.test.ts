import { describe, expect, test } from "bun:test";
import { renderContent } from "../../src/features/mail/render-content.ts";
import { durationWords } from "../../src/features/mail/templates/link-mail.ts";
import { greetingName, recipientOf } from "../../src/features/mail/templates/recipient.ts";
import { senderFor } from "../support/mail-sender.ts";

const link = "http://localhost:8000/verify-email?token=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MDEyMzQ1Njc4OTA";

function render({ serviceName = "Acme Notes", name = "Ada" } = {}) {
  return renderContent(recipientOf({ sender: senderFor(serviceName), name, locale: "en" }), {
    kind: "verify-email",
    linkTtlSeconds: 86_400,
    codeTtlSeconds: 600,
    secrets: { link, code: "042137" },
  });
}

describe("the mail that asks to confirm an address", () => {
  test("keeps all lines but the link within 76 characters, and in ASCII", () => {
    const { text } = render({ serviceName: "A service with quite a long name that needs room" });

    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(text.split("\n").filter((line) => line !== link && line.length > 76)).toEqual([]);
  });

  test("says who it is for, how long the link and the code are valid, that opening changes nothing, and what to do without an account", () => {
    const mail = render();
    const text = mail.text.replaceAll("\n", " ");

    expect(mail.subject).toBe("Confirm your e-mail address for Acme Notes");
    for (const part of [text, mail.html]) {
      expect(part).toContain("Hello Ada,");
      expect(part).toContain("An account at Acme Notes");
      expect(part).toContain("for 24 hours");
      expect(part).toContain("for 10 minutes");
      expect(part).toContain("Opening the link changes nothing until you press the button");
      expect(part).toContain("ignore this e-mail");
    }
  });

  test.each(["Ada", "Jean-Luc O’Neill", "J. R. R. Tolkien", "李小龍", "Žofie Nováková", "প্রিয়া"])(
    "greets by the name %s",
    (name) => {
      expect(greetingName(`  ${name} `)).toBe(name);
      expect(render({ name }).html).toContain(Bun.escapeHTML(`Hello ${name},`));
    },
  );
});

test("does not greet by a name of white space", () => {
  expect(greetingName("   ")).toBeNull();
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

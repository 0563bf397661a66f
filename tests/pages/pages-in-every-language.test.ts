import { describe, expect, test } from "bun:test";

import { preferredLanguage } from "../../src/features/pages/language.ts";
import { pageHeaders } from "../../src/features/pages/layout.ts";
import { translateFault } from "../../src/features/pages/reset-password/password-faults.ts";
import { passwordFaults } from "../../src/features/passwords/policy.ts";
import { everyPage, pageLanguages } from "../support/page-catalogue.ts";
import { formsOf, headingOf, pathFrom } from "../support/page-forms.ts";

const pages = pageLanguages.flatMap((language) => everyPage(language));
const posted = [
  "/verify-email",
  "/verify-email/resend",
  "/magic-link",
  "/magic-link/code",
  "/magic-link/resend",
  "/reset-password",
  "/reset-password/resend",
  "/change-email",
];

describe("every page in every language", () => {
  test("has one style sheet, which the policy allows by its hash, and no script", () => {
    for (const { name, html } of pages) {
      const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style]) => style);
      expect([name, styles.length]).toEqual([name, 1]);
      const hash = new Bun.CryptoHasher("sha256").update(styles[0] ?? "").digest("base64");
      expect(pageHeaders()["content-security-policy"]).toContain(`style-src 'sha256-${hash}'`);
      expect(html).not.toMatch(/<script|\son\w+=|\sstyle=|javascript:/i);
    }
  });

  // security 71
  test("references no other origin", () => {
    for (const { html } of pages) expect(html).not.toMatch(/\/\/|<link|<img|<iframe|<a /);
  });

  test("has a language, a title and a viewport", () => {
    for (const { name, html } of pages) {
      const language = name.endsWith("zh") ? "zh-Hans" : name.slice(-2);
      expect(html).toStartWith(`<!doctype html>\n<html lang="${language}">`);
      expect(html).toContain("width=device-width");
      expect([name, html.match(/<h1>/g)?.length, html.match(/<main>/g)?.length]).toEqual([
        name,
        1,
        1,
      ]);
      expect(html).toContain(`<title>${headingOf({ text: html })} · Acme Notes</title>`);
    }
  });

  test("focuses the invalid field, and describes the error", () => {
    const wrong = pages.filter(({ html }) => html.includes('aria-invalid="true"'));
    expect(wrong.length).toBe(6 * pageLanguages.length);
    for (const { name, html } of wrong) {
      const fields = [...html.matchAll(/ id="([\w-]+)" [^>]*aria-invalid="true" autofocus/g)];
      expect([name, fields.length]).toEqual([name, 1]);
      expect(html).toMatch(new RegExp(`<p class="fault" id="${fields[0]?.[1]}-fault">[^<]+[.。]`));
    }
  });

  // Bad day: a proxy serves us below a path of its own.
  test("posts its forms to its own path, also under a path prefix", () => {
    for (const { name, at, html } of pages) {
      for (const { action } of formsOf(html)) {
        expect([name, posted]).toEqual([name, expect.arrayContaining([pathFrom(at, action)])]);
        expect(pathFrom(`/auth${at}`, action)).toBe(`/auth${pathFrom(at, action)}`);
      }
      expect(html.match(/<form/g)?.length ?? 0).toBe(formsOf(html).length);
    }
  });

  test("is translated completely", () => {
    const [english = [], ...others] = pageLanguages.map((language) => everyPage(language));
    for (const translated of others) {
      for (const [index, { name, html }] of translated.entries()) {
        const original = english[index]?.html ?? "";
        expect([name, headingOf({ text: html })]).not.toEqual([
          name,
          headingOf({ text: original }),
        ]);
        const shape = (text: string): string[] =>
          [...text.matchAll(/<(\w+)|action="[^"]*"|name="[^"]*"/g)].map(([found]) => found);
        expect([name, shape(html)]).toEqual([name, shape(original)]);
      }
    }
  });

  // Attack: a link with markup for a token, to show a page of ours with a form of theirs.
  // security 65
  test("shows markup in a token, an address or a service name as text", () => {
    const markup = "\"><form action='https://evil.example'><script>alert(1)</script>&";
    const hostile = { serviceName: markup, token: markup, email: markup };
    for (const [index, { name, html }] of everyPage("en", hostile).entries()) {
      const forms = everyPage("en")[index]?.html.match(/<form/g)?.length ?? 0;
      expect([name, html.match(/<form/g)?.length ?? 0]).toEqual([name, forms]);
      expect(html).not.toMatch(/<script|'>/);
      expect(html).toContain(Bun.escapeHTML(markup));
    }
  });
});

// security 58
test("the page posts the token by a button, and not in the form's address", () => {
  for (const path of ["verify-email", "magic-link", "reset-password", "change-email"]) {
    const page = everyPage("en").find(({ at }) => at === `/${path}`);
    const forms = formsOf(page?.html ?? "");
    expect(forms).toHaveLength(1);
    expect(forms[0]).toMatchObject({ action: path, fields: { token: "abc_-123" } });
  }
});

// security 71
test("the headers allow only the style sheet and same-origin forms, and send no referrer", () => {
  const headers = pageHeaders();

  expect(headers["content-security-policy"]).toMatch(
    /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
  expect(headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
  });
});

test("every fault of the password policy is translated", () => {
  const context = { serviceName: "Acme Notes", username: null, email: "ada@example.com" };
  const rules = { minLength: 12, require: new Set(["upper", "lower", "digit", "symbol"] as const) };
  const sentences = ["", "\ud800", "a\u0000b", "x".repeat(300), "password", "acme notes", "1", "A"]
    .flatMap((password) => passwordFaults(password, rules, context))
    .concat("Passwords do not match.");
  expect(new Set(sentences).size).toBe(11);
  for (const sentence of sentences) {
    expect(translateFault("en", sentence)).toBe(sentence);
    for (const language of ["de", "es", "zh"] as const) {
      const translated = translateFault(language, sentence);
      expect(translated).not.toBe(sentence);
      expect(translated.match(/\d+/)?.[0]).toBe(sentence.match(/\d+/)?.[0]);
      expect(translated).not.toContain("#");
    }
  }
});

test("the language is the browser's preferred one, else English", () => {
  for (const [acceptLanguage, language] of [
    [null, "en"],
    ["", "en"],
    ["fr", "en"],
    ["*", "en"],
    ["de", "de"],
    ["DE-at", "de"],
    ["fr, es-MX;q=0.8, en;q=0.5", "es"],
    ["zh-TW,zh;q=0.9,en;q=0.8", "zh"],
    ["en;q=0.5,de;q=0.9", "de"],
    ["de, es", "de"],
    ["de;q=0, fr", "en"],
    ["de;q=x, es;q=0.1", "es"],
    ["deu", "en"],
    [",;q=,,de;;", "de"],
    ["x".repeat(10_000), "en"],
  ] as const) {
    expect([acceptLanguage, preferredLanguage(acceptLanguage)]).toEqual([acceptLanguage, language]);
  }
});

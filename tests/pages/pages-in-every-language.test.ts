import { describe, expect, test } from "bun:test";

import { pageHeaders } from "../../src/features/pages/kit/layout.ts";
import { preferredLanguage } from "../../src/features/pages/kit/page-request.ts";
import { passwordFaultTexts } from "../../src/features/pages/links/password-texts.ts";
import { passwordFaultText } from "../../src/features/passwords/index.ts";
import { findPasswordFaults } from "../../src/features/passwords/policy.ts";
import { languages } from "../../src/kernel/language.ts";
import { brandFor, everyPage, formPost } from "../support/page-catalogue.ts";
import { formsOf, headingOf, pathFrom } from "../support/page-forms.ts";

const pages = languages.flatMap((language) => everyPage(language));
const posted = [
  "/sign-in",
  "/sign-in/passkey",
  "/sign-in/second-factor",
  "/sign-up",
  "/set-up",
  "/sign-out",
  "/verify-email/code",
  "/verify-email",
  "/verify-email/resend",
  "/magic-link",
  "/magic-link/code",
  "/magic-link/resend",
  "/reset-password",
  "/reset-password/resend",
  "/change-email",
  "/oauth/authorize/decision",
  "/oauth/authorize/second-factor",
  "/sign-out",
  "/account/profile",
  "/account/email",
  "/account/password",
  "/account/password/mail",
  "/account/second-factor/set-up",
  "/account/second-factor/enable",
  "/account/second-factor/recovery-codes",
  "/account/second-factor/disable",
  "/account/applications/withdraw",
  "/account/devices/revoke",
  "/account/passkeys",
  "/account/passkeys/rename",
  "/account/passkeys/remove",
  "/account/providers/link",
  "/account/providers/confirm",
  "/account/providers/unlink",
  "/account/sessions/revoke",
  "/account/sessions/revoke-all",
  "/account/reauthenticate",
  "/account/delete",
  "/device/code",
  "/device/decision",
  "/device/second-factor",
  "/oauth/end-session/confirm",
];

/** A page without our own scripts: the one that pages load, and the one that presses the button of a page for a client. */
function withoutOwnScript(html: string): string {
  return html
    .replaceAll(/<script type="module" src="(?:\.\.\/)*pages\/passkeys\.js"><\/script>/g, "")
    .replaceAll("<script>document.forms[0].submit()</script>", "");
}

describe("every page in every language", () => {
  test("has one style sheet, which the policy allows by its hash, and no script but our own", () => {
    for (const { name, html } of pages) {
      const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style]) => style);
      expect([name, styles.length]).toEqual([name, 1]);
      const hash = new Bun.CryptoHasher("sha256").update(styles[0] ?? "").digest("base64");
      expect(pageHeaders({ brand: brandFor() })["content-security-policy"]).toContain(
        `style-src 'sha256-${hash}'`,
      );
      expect(withoutOwnScript(html)).not.toMatch(/<script|\son\w+=|\sstyle=|javascript:/i);
    }
  });

  // security 71
  test("contains no URL of another origin", () => {
    for (const { html } of pages) expect(html).not.toMatch(/\/\/|<link|<img|<iframe/);
  });

  test("has a language tag, a title and a viewport, for screen readers and phones", () => {
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

  test("sets the focus to the field with a fault, and shows the fault", () => {
    const wrong = pages.filter(({ html }) => html.includes('aria-invalid="true"'));
    expect(wrong.length).toBeGreaterThanOrEqual(38 * languages.length);
    for (const { name, html } of wrong) {
      const fields = [...html.matchAll(/ id="([\w-]+)"[^>]* aria-invalid="true" autofocus/g)];
      expect([name, fields.length]).toEqual([name, 1]);
      expect(html).toMatch(new RegExp(`<p class="fault" id="${fields[0]?.[1]}-fault">[^<]+[.。]`));
    }
  });

  // Setup: a proxy adds a path prefix.
  test("posts its forms to its own origin, below every path prefix", () => {
    for (const { name, at, html } of pages) {
      const isForClient = name.includes(formPost);
      for (const { action } of isForClient ? [] : formsOf(html)) {
        expect([name, posted]).toEqual([name, expect.arrayContaining([pathFrom(at, action)])]);
        expect(pathFrom(`/auth${at}`, action)).toBe(`/auth${pathFrom(at, action)}`);
      }
      expect(html.match(/<form/g)?.length ?? 0).toBe(formsOf(html).length);
    }
  });

  test("is translated, and has every part of the English page", () => {
    const [english = [], ...others] = languages.map((language) => everyPage(language));
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

  // Attack: a link with markup as its token, which adds a form of the attacker to the page.
  // security 65
  test("shows markup in a token, an address or a service name as text", () => {
    const markup = "\"><form action='https://evil.example'><script>alert(1)</script>&";
    const hostile = { serviceName: markup, token: markup, email: markup, supportEmail: markup };
    const harmless = everyPage("en");
    for (const [index, { name, html }] of everyPage("en", hostile).entries()) {
      const forms = harmless[index]?.html.match(/<form/g)?.length ?? 0;
      expect([name, html.match(/<form/g)?.length ?? 0]).toEqual([name, forms]);
      expect(withoutOwnScript(html)).not.toMatch(/<script|'>/);
      expect(html).toContain(Bun.escapeHTML(markup));
    }
  });
});

// security 58
test("the page behind a link posts the token with a button, and not in the URL", () => {
  for (const path of ["verify-email", "magic-link", "reset-password", "change-email"]) {
    const page = everyPage("en").find(({ at }) => at === `/${path}`);
    const forms = formsOf(page?.html ?? "");
    expect(forms).toHaveLength(1);
    expect(forms[0]).toMatchObject({ action: path, fields: { token: "abc_-123" } });
  }
});

// security 71
test("the headers allow only the style sheet and forms to the own origin, and do not send the token to other origins", () => {
  const headers = pageHeaders({ brand: brandFor() });

  expect(headers["content-security-policy"]).toMatch(
    /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
  expect(headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
  });
});

test("every fault of the password policy has a sentence in every language", () => {
  const context = { serviceNames: ["Acme Notes"], username: null, email: "ada@example.com" };
  const rules = { minLength: 12, require: new Set(["upper", "lower", "digit", "symbol"] as const) };
  const passwords = ["\ud800", "a\u0000b", "x".repeat(300), "password", "acme notes", "1", "A"];
  const faults = passwords.flatMap((password) => findPasswordFaults(password, rules, context));
  expect(new Set(faults.map(({ code }) => code)).size).toBe(10);
  for (const fault of faults) {
    const sentences = languages.map((language) =>
      passwordFaultText(passwordFaultTexts[language], fault),
    );
    expect(new Set(sentences).size).toBe(languages.length);
    const length = "length" in fault ? String(fault.length) : undefined;
    for (const sentence of sentences) expect(sentence.match(/\d+/)?.[0]).toBe(length);
  }
});

test("the language is the supported one with the highest weight, else English", () => {
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

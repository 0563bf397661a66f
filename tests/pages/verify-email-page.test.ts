import { describe, expect, test } from "bun:test";
import { pageHeaders } from "../../src/features/pages/layout.ts";
import {
  confirmPage,
  donePage,
  failedPage,
  resendPage,
  resentPage,
} from "../../src/features/pages/verify-email-page.ts";

const serviceName = "Acme Notes";
const pages = {
  confirm: confirmPage({ token: "abc_-123", serviceName }),
  done: donePage({ serviceName }),
  invalid: failedPage({ reason: "invalid", serviceName }),
  expired: failedPage({ reason: "expired", serviceName }),
  resent: resentPage({ serviceName }),
  "confirm again": confirmPage({ token: "abc_-123", serviceName, isRepeated: true }),
  "resend to another address": resendPage({ reason: "address", email: "ada@", serviceName }),
  "resend again": resendPage({ reason: "away", email: "ada@example.com", serviceName }),
};

describe.each(Object.entries(pages))("the page %s", (_name, html) => {
  test("has one style sheet, which the policy allows by its hash, and no script", async () => {
    const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((match) => match[1] ?? "");

    expect(styles).toHaveLength(1);
    const hash = new Bun.CryptoHasher("sha256").update(styles[0] ?? "").digest("base64");
    expect(pageHeaders()["content-security-policy"]).toContain(`style-src 'sha256-${hash}'`);
    expect(html).not.toMatch(/<script|\son\w+=|\sstyle=|javascript:/i);
  });

  // security 71
  test("names no address of anyone else", () => {
    expect(html).not.toMatch(/\/\/|<link|<img|<iframe/);
  });

  test("says its language and what it is about, for screen readers and phones", () => {
    expect(html).toStartWith('<!doctype html>\n<html lang="en">');
    expect(html).toContain("width=device-width");
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html.match(/<main>/g)).toHaveLength(1);
    expect(html).toContain(`· ${serviceName}</title>`);
  });
});

// security 58
test("the page behind the link posts the token by a button, and keeps it out of the address it posts to", () => {
  expect(pages.confirm.match(/<form /g)).toHaveLength(1);
  expect(pages.confirm).toContain('<form method="post" action="verify-email">');
  expect(pages.confirm).toContain('<input type="hidden" name="token" value="abc_-123">');
  expect(pages.confirm.match(/<button type="submit">/g)).toHaveLength(1);
});

test("a dead link is answered with a form for a new mail", () => {
  for (const html of [pages.invalid, pages.expired]) {
    expect(html).toContain('<form method="post" action="verify-email/resend">');
    expect(html).toContain('name="email"');
    expect(html).toContain('<label for="email">');
  }
  expect(pages.invalid).not.toBe(pages.expired);
});

test("the answer to that form, when it must be sent again, holds the form and what was entered", () => {
  for (const reason of ["address", "away"] as const) {
    const html = resendPage({ reason, email: "ada@", serviceName });
    // Relative to /verify-email/resend, where this page is shown.
    expect(html).toContain('<form method="post" action="resend">');
    expect(html).toContain('value="ada@"');
  }
});

// Attack: a link with markup for a token, to show a page of ours with a form of theirs.
test("markup in a token or a service name is shown as text", () => {
  const markup = "\"><form action='https://evil.example'><script>alert(1)</script>&";
  const all = [
    confirmPage({ token: markup, serviceName: markup }),
    donePage({ serviceName: markup }),
    failedPage({ reason: "expired", serviceName: markup }),
    resentPage({ serviceName: markup }),
    resendPage({ serviceName: markup, email: markup, reason: "address" }),
  ];

  for (const html of all) expect(html).not.toMatch(/<script|<form action=/);
  expect(all[0]).toContain(`value="${Bun.escapeHTML(markup)}"`);
});

// security 71
test("the headers forbid everything but the style sheet and forms to ourselves, and keep the token from others", () => {
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

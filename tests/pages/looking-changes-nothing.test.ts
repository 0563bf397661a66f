import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { AppError } from "../../src/kernel/errors.ts";
import { databaseDump } from "../support/database-dump.ts";
import { freshEmail, goodPassword, logIn, mailTo } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const scanners = [
  "Mozilla/5.0 (compatible; Microsoft Outlook SafeLinks)",
  "Barracuda Sentinel (EE)",
  "Mimecast URL Protect",
  "GoogleImageProxy",
  "facebookexternalhit/1.1",
  "WhatsApp/2.23",
  "Slackbot-LinkExpanding 1.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15",
];

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

async function newcomer() {
  const email = freshEmail();
  await app.post("/api/v1/auth/register", { email, password: goodPassword });
  return { email, ...(await mailTo(app, email)) };
}

/** Path and query of a mailed link, as this server serves it. */
function pathOf(link: string): string {
  const { pathname, search } = new URL(link);
  return `${pathname}${search}`;
}

/** Sends the form of a page, hidden fields and all, as a browser does; `fields` are what a person enters. */
function submit(html: string, pagePath: string, fields: Record<string, string> = {}) {
  const action = /<form method="post" action="([^"]+)">/.exec(html)?.[1] ?? "";
  const inputs = html.matchAll(/<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"/g);
  const form = Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, value]));
  const target = new URL(action, new URL(pagePath, app.url)).pathname;
  return app.call("POST", target, { form: { ...form, ...fields } });
}

// Attack, of sorts: mail scanners and previews open every link, and so would use it up, or verify in her name.
// security 58
test("GET and HEAD by scanners, three times each, change nothing; then the page's button works", async () => {
  const { email, link, code } = await newcomer();
  const before = await databaseDump(app);
  let html = "";
  for (const userAgent of scanners) {
    for (const method of ["HEAD", "GET", "HEAD", "GET", "GET", "HEAD"]) {
      const headers = { "user-agent": userAgent, purpose: "prefetch" };
      const answer = await app.call(method, pathOf(link), { headers });
      expect([method, answer.status]).toEqual([method, 200]);
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(answer.headers.get("location")).toBeNull();
      expect(answer.headers.get("set-cookie")).toBeNull();
      if (method === "GET") html = answer.text;
    }
  }
  expect(await databaseDump(app)).toBe(before);

  const done = await submit(html, pathOf(link));
  expect([done.status, done.headers.get("content-type")]).toEqual([
    200,
    "text/html; charset=utf-8",
  ]);
  expect(done.text).toContain("Your e-mail address is confirmed");
  expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);
  expect((await app.post("/api/v1/auth/verify", { email, code })).status).toBe(401);
});

// Bad day: a double tap on a phone, or a reload of the answer.
test("pressing the button again is answered as the first time, and verifies nothing twice", async () => {
  const { email, link } = await newcomer();
  const { text } = await app.call("GET", pathOf(link));
  for (const attempt of ["first", "second", "third"]) {
    const answer = await submit(text, pathOf(link));
    expect([attempt, answer.status]).toEqual([attempt, 200]);
    expect(answer.text).toContain("Your e-mail address is confirmed");
  }
  const events = await app.rows(
    `select id from outbox where payload->>'event_type' = 'user.email_verified'
     and payload->'data'->>'email' = '${email}'`,
  );
  expect(events).toHaveLength(1);
});

describe("a link that does not work", () => {
  test("is answered with a page and a form that gets a new mail", async () => {
    const { email, link } = await newcomer();
    await app.post("/api/v1/auth/resend-verification", { email });
    await mailTo(app, email, 2);
    const { text } = await app.call("GET", pathOf(link));
    const refused = await submit(text, pathOf(link));
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("This link does not work");

    const mistyped = await submit(refused.text, "/verify-email", { email: "ada@example" });
    expect(mistyped.status).toBe(400);
    expect(mistyped.text).toContain('value="ada@example"');
    const resent = await submit(mistyped.text, "/verify-email/resend", { email });
    expect([resent.status, resent.text.includes("Check your mailbox")]).toEqual([200, true]);
    const fresh = await mailTo(app, email, 3);
    const page = await app.call("GET", pathOf(fresh.link));
    expect((await submit(page.text, pathOf(fresh.link))).status).toBe(200);
  });

  test("is a page too when a mail program has mangled it", async () => {
    for (const [search, status] of [
      ["", 400],
      ["?token=", 400],
      ["?tok=a", 400],
      ["?token=a&token=b", 200],
      ["?token=a&utm_source=mail&fbclid=%ZZ", 200],
      ["?token[]=a", 400],
      [`?token=${"x".repeat(5_000)}`, 200],
    ] as const) {
      const answer = await app.call("GET", `/verify-email${search}`);
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect([search, answer.status]).toEqual([search, status]);
    }
    for (const token of ["", "x", "x".repeat(5_000), "\u0000"]) {
      const answer = await app.call("POST", "/verify-email", { form: { token } });
      expect([answer.status, answer.text.includes("This link does not work")]).toEqual([400, true]);
    }
  });
});

// Bad day: the database is restarted just as she presses the button.
test("while the database is away the answer is a page with the same button, and it works afterwards", async () => {
  const { link, token, email } = await newcomer();
  const { db, dbForRequest } = app.platform;
  const broken = new Proxy(db, {
    get: () => {
      throw new AppError("UNAVAILABLE", "The service is temporarily unavailable.");
    },
  });
  Object.assign(app.platform, { dbForRequest: () => broken });
  let page;
  try {
    page = await app.call("POST", "/verify-email", { form: { token } });
  } finally {
    Object.assign(app.platform, { dbForRequest });
  }
  expect(page.status).toBe(503);
  expect([page.text.includes("try again"), page.text.includes(token)]).toEqual([true, true]);
  const done = await submit(page.text, pathOf(link));
  expect([email, done.status]).toEqual([email, 200]);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Browser } from "playwright-core";

import { hasMailbox } from "../../src/features/pages/index.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { createFileMailer } from "../../src/platform/mail/file.ts";
import { axeViolations } from "../support/accessibility.ts";
import { describeInBrowser, openBrowser, openWatchedPage } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { logMessages } from "../support/log-lines.ts";
import { headingOf } from "../support/page-forms.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const timeoutMilliseconds = 60_000;
const app = useTestApp({ settings: { MAIL_TRANSPORT: "file" } });

const message = {
  kind: "verify-email",
  to: { name: "Ada", address: "ada@example.com" },
  subject: "<b>Hello</b> & welcome",
  text: "Open this:\n\nhttp://localhost:8000/verify-email?token=a&b=<c\n",
  html: "<p>Hello</p>",
};

/** Writes a mail into the directory of the mailbox. Returns its id. */
async function writeMail(given: Partial<typeof message> = {}): Promise<string> {
  let written = "";
  const mailer = createFileMailer(
    {
      directory: join(app.platform.settings.dataDir, "mail"),
      from: { name: "Acme", address: "no-reply@acme.example" },
      onWritten: ({ id }) => {
        written = id;
      },
    },
    systemClock,
  );
  await mailer.send({ ...message, ...given, id: app.platform.random.id(systemClock.now()) });
  return written;
}

test("a mail is named on the terminal with its address, where it can be read", async () => {
  const email = freshEmail();
  await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const line = await eventually(
    () => logMessages(app.log.join("")).find((each) => each.includes(email)) ?? "",
    (found) => found !== "",
  );
  const [, path = ""] =
    /^A mail for \S+ was written: http:\/\/localhost:8000(\/dev\/mail\/\S+)$/.exec(line) ?? [];

  const list = await app.call("GET", "/dev/mail");
  expect(list.status).toBe(200);
  expect(list.text).toContain(`<a href="${path}">Confirm your e-mail address for auth-service</a>`);
  expect(list.text).toContain(`${email} · verify-email · `);
  const page = await app.call("GET", path);
  expect([page.status, headingOf(page)]).toEqual([
    200,
    "Confirm your e-mail address for auth-service",
  ]);
  expect(page.text).toMatch(/<a href="http:\/\/localhost:8000\/verify-email\?token=[\w-]+">/);
  const frame = await app.call("GET", `${path}/html`);
  expect(frame.text).toContain('<base target="_top">');
  expect((await app.call("GET", "/")).text).toContain('<a href="/dev/mail">');
});

test("subject and text of a mail are shown as text", async () => {
  const { text } = await app.call("GET", `/dev/mail/${await writeMail()}`);
  expect(text).toContain("<h1>&lt;b&gt;Hello&lt;/b&gt; &amp; welcome</h1>");
  expect(text).toContain(
    '<a href="http://localhost:8000/verify-email?token=a&amp;b=">http://localhost:8000/verify-email?token=a&amp;b=</a>&lt;c',
  );
});

// Attack: a path in place of the id reads another file of the machine.
// security 100
test("no id leads out of the directory of mails", async () => {
  const { dataDir } = app.platform.settings;
  await mkdir(join(dataDir, "mail"), { recursive: true });
  await writeFile(join(dataDir, "outside.eml"), "Subject: outside\n\nsecret");
  await writeFile(join(dataDir, "20260101T000000.000Z-a-b.eml"), "Subject: outside\n\nsecret");
  await writeFile(join(dataDir, "mail", "notes.eml"), "Subject: outside\n\nsecret");
  for (const id of [
    "..%2foutside",
    "..%2Foutside.eml",
    "%2e%2e%2foutside",
    "..%5coutside",
    "../outside",
    "..",
    "outside",
    "notes",
    "20260101T000000.000Z-a-b",
    "20260101T000000.000Z-..%2f20260101T000000.000Z-a-b",
    "20260101T000000.000Z-a-..%2f..%2f20260101T000000.000Z-a-b",
    "20260101T000000.000Z-a-b%00",
    encodeURIComponent("/etc/passwd"),
    "x".repeat(5_000),
  ]) {
    for (const path of [`/dev/mail/${id}`, `/dev/mail/${id}/html`]) {
      const { status, text } = await app.call("GET", path);
      expect([path, [400, 404].includes(status)]).toEqual([path, true]);
      expect(text).not.toMatch(/secret|root:|outside/);
    }
  }
  expect((await app.call("GET", "/dev/mail")).text).not.toContain("outside");
});

// Attack: a website whose name the attacker points at this machine (DNS rebinding) reads the links of mails.
// security 100
test("a host name of another website shows no mail", async () => {
  const path = `/dev/mail/${await writeMail()}`;
  for (const each of ["/dev/mail", path, `${path}/html`]) {
    const headers = (host: string) => ({ headers: { host } });
    expect((await app.call("GET", each, headers("evil.example"))).status).toBe(404);
    expect((await app.call("GET", each, headers("localhost:8000"))).status).toBe(200);
    expect((await app.call("GET", each, headers("127.0.0.1:8000"))).status).toBe(200);
  }
});

// security 124
test("there is no mailbox in production, nor where mails are not written as files", async () => {
  for (const environment of ["development", "test", "production"] as const) {
    for (const mailTransport of ["file", "smtp", "none"] as const) {
      const expected = environment !== "production" && mailTransport === "file";
      expect(hasMailbox({ environment, mailTransport })).toBe(expected);
    }
  }
  await using other = await startTestApp({ settings: { MAIL_TRANSPORT: "none" } });
  const id = await writeMail();
  for (const path of ["/dev/mail", `/dev/mail/${id}`, `/dev/mail/${id}/html`]) {
    for (const method of ["GET", "POST"]) {
      expect((await other.call(method, path)).status).toBe(404);
    }
  }
  expect((await other.call("GET", "/")).text).not.toContain("/dev/mail");
});

describeInBrowser("the mailbox in a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  }, timeoutMilliseconds);

  afterAll(async () => {
    await browser.close();
  });

  // Attack: a mail with markup that someone else chose signs the developer in elsewhere, or reads the other mails.
  // security 65
  test(
    "markup in a mail runs no script, sends no form, loads nothing and moves no window",
    async () => {
      const requests: string[] = [];
      using server = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        fetch(request) {
          requests.push(request.url);
          return new Response("");
        },
      });
      const evil = server.url.origin;
      const id = await writeMail({
        html: `<!doctype html><html><head><base href="${evil}/"><meta http-equiv="refresh" content="0;url=${evil}/moved"></head>
<body onload="scriptRan()"><script>scriptRan(); top.location = "${evil}/moved"</script>
<script src="${app.url}/pages/passkeys.js"></script><img src="${evil}/pixel" onerror="scriptRan()">
<svg onload="scriptRan()"></svg><iframe src="javascript:parent.scriptRan()"></iframe><iframe src="${app.url}/dev/mail"></iframe>
<link rel="stylesheet" href="${evil}/style.css"><object data="${evil}/object"></object>
<form action="${app.url}/sign-out" method="post"><button>press</button></form>
<a id="script" href="javascript:scriptRan()">script</a><p id="end">end</p></body></html>`,
      });
      const context = await browser.newContext();
      let runs = 0;
      const own: string[] = [];
      await context.exposeBinding("scriptRan", () => {
        runs += 1;
      });
      const page = await context.newPage();
      page.on("requestfinished", (request) => own.push(`${request.method()} ${request.url()}`));
      for (const path of [`/dev/mail/${id}`, `/dev/mail/${id}/html`]) {
        own.length = 0;
        await page.goto(`${app.url}${path}`);
        const frame = path.endsWith("/html") ? page.mainFrame() : page.frames()[1];
        await frame?.locator("#end").waitFor();
        await frame?.locator("#script").click();
        await frame?.locator("button").click();
        expect(own.filter((each) => /passkeys|sign-out|dev\/mail$/.test(each))).toEqual([]);
        expect(page.url()).toBe(`${app.url}${path}`);
      }
      await page.goto(`${app.url}/dev/mail`);
      await page.evaluate("document.title");
      expect(runs).toBe(0);
      expect(requests).toEqual([]);
      await context.close();
    },
    timeoutMilliseconds,
  );

  test.each(["light", "dark"] as const)(
    "the list and a mail are accessible, and a link of the mail opens in the whole window, in %s colours",
    async (colorScheme) => {
      const email = freshEmail();
      await app.post("/api/v1/auth/register", { email, password: goodPassword });
      await eventually(
        () => app.log.some((line) => line.includes(`A mail for ${email}`)),
        (isThere) => isThere,
      );
      const watched = await openWatchedPage(browser, app.url);
      const { page } = watched;
      // The links of mails begin with PUBLIC_URL, which this server does not listen on.
      await page.context().route("http://localhost:8000/**", (route) => {
        const { pathname, search } = new URL(route.request().url());
        return route.fulfill({
          status: 302,
          headers: { location: `${app.url}${pathname}${search}` },
        });
      });
      await page.emulateMedia({ colorScheme });
      await page.goto(`${app.url}/dev/mail`);
      expect(await axeViolations(page)).toEqual([]);
      const item = page.locator("li", { hasText: email });
      await item.getByRole("link").click();
      await page.getByText("Text of the mail").click();
      expect(await axeViolations(page)).toEqual([]);
      const mail = page.frameLocator("iframe.mail");
      await mail.getByRole("link", { name: "Confirm e-mail address" }).click();
      await page.getByRole("button", { name: "Confirm e-mail address" }).waitFor();
      await page.getByRole("button").click();
      await page.getByRole("heading", { name: "Your e-mail address is confirmed" }).waitFor();
      expect(watched.problems).toEqual([]);
      await watched.close();
    },
    timeoutMilliseconds,
  );
});

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { startEchoApplication, type EchoApplication } from "../support/echo-application.ts";
import { examplesOf } from "../support/document-examples.ts";
import { createHttpBrowser, type HttpBrowser, type Page } from "../support/http-browser.ts";
import { describeWhere } from "../support/installed-program.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { registerVerified } from "../support/journey.ts";
import { findOauth2Proxy } from "../support/oauth2-proxy-program.ts";
import { formsOf } from "../support/page-forms.ts";
import { type ProxyProcess, replaceParts, startProxy } from "../support/proxy-process.ts";
import { findSparePort } from "../support/spare-port.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

setDefaultTimeout(60_000);

const found = await findOauth2Proxy();

/** The link that the document has for signing out. */
async function signOutLink(): Promise<string> {
  const text = await Bun.file(new URL("../../docs/openid-provider.md", import.meta.url)).text();
  return /`(https:\/\/wiki\.example\.com\/oauth2\/sign_out[^`]*)`/.exec(text)?.[1] ?? "";
}

/** Presses a button of a page that has several forms. */
function press(browser: HttpBrowser, page: Page, button: string): Promise<Page> {
  const form = formsOf(page.text).find((each) => each.button === button);
  if (!form) throw new Error(`no "${button}" at ${page.url.href}: ${page.status} ${page.text}`);
  const to = new URL(form.action, page.url);
  return browser.open(to, { method: "POST", form: form.fields, from: page });
}

describeWhere("the configuration of oauth2-proxy in the document", found, (program) => {
  let app: TestApp;
  let application: EchoApplication;
  let proxy: ProxyProcess;
  let client: TestClient;
  let trusted: TestClient;

  /** The configuration of the document with other addresses, for this client. */
  const startFor = async ({ id, secret }: TestClient, port: number): Promise<ProxyProcess> => {
    const [, configuration = ""] = await examplesOf("docs/openid-provider.md", "oauth2-proxy");
    const { host, origin } = new URL(app.platform.settings.publicUrl);
    return startProxy(
      {
        // Without https its cookie cannot be for https only.
        command: (path) => [program, "--config", path, "--cookie-secure=false"],
        configure: async () =>
          replaceParts(configuration, {
            "https://auth.example.com": origin,
            "auth.example.com": host,
            "https://wiki.example.com": `http://127.0.0.1:${port}`,
            "127.0.0.1:4180": `127.0.0.1:${port}`,
            "127.0.0.1:3000": `127.0.0.1:${application.port}`,
            'client_id = "client_…"': `client_id = "${id}"`,
            'client_secret = "…"': `client_secret = "${secret}"`,
            "32 random characters or bytes in base64": "k".repeat(32),
          }),
      },
      port,
    );
  };

  const registerFor = async (name: string, port: number, isTrusted: boolean) =>
    registerClient(app, {
      name,
      redirectUris: [`http://127.0.0.1:${port}/oauth2/callback`],
      postLogoutRedirectUris: [`http://127.0.0.1:${port}/`],
      trusted: isTrusted,
    });

  beforeAll(async () => {
    app = await startTestApp({ servesPublicUrl: true });
    application = startEchoApplication();
    const port = await findSparePort();
    client = await registerFor("Wiki", port, false);
    proxy = await startFor(client, port);
  });

  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await application?.[Symbol.asyncDispose]();
    await app?.[Symbol.asyncDispose]();
  });

  test("a user signs in, allows it, reaches the application with their address, and signs out of both", async () => {
    const user = await registerVerified(app);
    const browser = createHttpBrowser();
    const signIn = await browser.open(`${proxy.url}/a/page?of=it`);
    expect(signIn.url.pathname).toBe("/sign-in");
    const asked = await browser.submit(signIn, { email: user.email, password: user.password });
    expect([asked.url.pathname, asked.text.includes("Sign in to Wiki")]).toEqual([
      "/oauth/authorize",
      true,
    ]);
    const page = await press(browser, asked, "Allow");
    expect([page.status, page.url.href]).toEqual([200, `${proxy.url}/a/page?of=it`]);
    expect(page.text).toBe("the application's answer");
    const headers = application.received.at(-1)?.headers ?? {};
    expect(headers["x-forwarded-email"]).toBe(user.email);
    expect(headers["x-forwarded-user"]).toBe(user.userId);
    expect(headers["x-forwarded-groups"]).toBe("user");

    const link = replaceParts(await signOutLink(), {
      "https://wiki.example.com": proxy.url,
      "https%3A%2F%2Fauth.example.com": encodeURIComponent(app.platform.settings.publicUrl),
      "https%253A%252F%252Fwiki.example.com": encodeURIComponent(encodeURIComponent(proxy.url)),
      "client_…": client.id,
    });
    const question = await browser.open(link, { from: page });
    expect(question.url.pathname).toBe("/oauth/end-session");
    // It returns to the application, which asks to sign in again.
    const signedOut = await press(browser, question, "Sign out");
    expect(signedOut.visited).toContain(`${proxy.url}/`);
    expect(signedOut.url.pathname).toBe("/sign-in");
    const open = await app.rows(
      `select id from sessions where user_id = '${user.userId}' and ended_at is null`,
    );
    expect(open).toEqual([]);
  });

  test("the users of a trusted client are not asked", async () => {
    const port = await findSparePort();
    trusted = await registerFor("Own wiki", port, true);
    await using own = await startFor(trusted, port);
    const user = await registerVerified(app);
    const browser = createHttpBrowser();
    const signIn = await browser.open(`${own.url}/`);
    const page = await browser.submit(signIn, { email: user.email, password: user.password });
    expect([page.status, page.url.href]).toEqual([200, `${own.url}/`]);
    expect(application.received.at(-1)?.headers["x-forwarded-email"]).toBe(user.email);
  });

  test("a user who does not allow it does not reach the application", async () => {
    const user = await registerVerified(app);
    const browser = createHttpBrowser();
    const count = application.received.length;
    const signIn = await browser.open(`${proxy.url}/`);
    const asked = await browser.submit(signIn, { email: user.email, password: user.password });
    const refused = await press(browser, asked, "Do not allow");
    expect([refused.status, refused.url.origin]).toEqual([403, proxy.url]);
    expect(application.received).toHaveLength(count);
  });
});

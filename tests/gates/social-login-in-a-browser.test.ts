import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";

import { describeInBrowser, openBrowser } from "../support/browser.ts";
import { createHome, type Home } from "../support/executable-home.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { type OpenIdProvider, startOpenIdProvider } from "../support/openid-provider.ts";
import { startSocialLoginApp, type SocialLoginApp } from "../support/social-login-app.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(60_000);

describeInBrowser("social login in Chromium, at the executable", () => {
  let home: Home;
  let provider: OpenIdProvider;
  let application: SocialLoginApp;
  let server: ServerProcess;
  let browser: Browser;
  let publicUrl = "";
  let settings: Record<string, string> = {};

  beforeAll(async () => {
    const port = await findSparePort();
    publicUrl = `http://localhost:${port}`;
    home = await createHome("postgres");
    provider = await startOpenIdProvider([`${publicUrl}/api/v1/auth/oauth/local/callback`]);
    application = startSocialLoginApp("local", () => ({ url: server.url, publicUrl }));
    settings = {
      ...home.settings,
      ENVIRONMENT: "test",
      HOST: "127.0.0.1",
      PUBLIC_URL: publicUrl,
      JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
      BCRYPT_COST: "4",
      RATE_LIMITS_ENABLED: "false",
      REQUIRE_EMAIL_VERIFICATION: "false",
      MAIL_TRANSPORT: "none",
      REDIRECT_URIS: application.redirectUri,
      ...provider.settings("LOCAL"),
    };
    server = await startGatehouse({
      cwd: home.cwd,
      settings: { ...settings, PORT: String(port) },
    });
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await application[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });

  /** A browser of another person. What is on other machines, such as the fonts of the provider's page, is not loaded. */
  async function newProfile(): Promise<{ context: BrowserContext; page: Page; visited: string[] }> {
    const context = await browser.newContext();
    await context.route(
      ({ hostname }) => hostname !== "localhost" && hostname !== "127.0.0.1",
      (route) => route.abort(),
    );
    const page = await context.newPage();
    const visited: string[] = [];
    page.on("request", (request) => {
      if (request.isNavigationRequest()) visited.push(request.url());
    });
    return { context, page, visited };
  }

  /** Fills the provider's login page, and its consent page. */
  async function signInAtProvider(page: Page, login: string): Promise<void> {
    await page.waitForURL(`${provider.issuer}/interaction/*`);
    await page.fill("input[name=login]", login);
    await page.fill("input[name=password]", "any password");
    await page.click("button[type=submit]");
    await page.waitForSelector("input[name=prompt][value=consent]", { state: "attached" });
    await page.click("button[type=submit]");
    await page.waitForURL(`${application.url}/**`);
  }

  const heading = (page: Page): Promise<string> => page.innerText("h1");

  function newLogin(): { login: string; email: string } {
    const [login, email] = [`login-${Bun.randomUUIDv7()}`, freshEmail()];
    provider.setAccount(login, { email, email_verified: true, name: "Ada Lovelace" });
    return { login, email };
  }

  const identities = async (): Promise<{ id: string; provider: string }[]> => {
    const bearer = application.tokens?.access ?? "";
    return (await server.call("GET", "/api/v1/users/me/identities", { bearer })).json.data.items;
  };

  test("a user goes from the application to the provider's pages and back, and is signed in", async () => {
    const { login, email } = newLogin();
    const { context, page, visited } = await newProfile();
    await page.goto(application.url);
    await page.click("text=Sign in");
    await signInAtProvider(page, login);
    expect(await heading(page)).toBe(`Signed in as ${email}`);

    const me = await server.call("GET", "/api/v1/users/me", {
      bearer: application.tokens?.access ?? "",
    });
    expect(me.json.data).toMatchObject({ email, email_verified: true, name: "Ada Lovelace" });
    const addresses = [...visited, ...application.requests].join("\n");
    expect(addresses).not.toContain(application.tokens?.access ?? "no token");
    expect(addresses).not.toContain(application.tokens?.refresh ?? "no token");
    const binding = (await context.cookies(publicUrl)).find(({ name }) => name.includes("oauth"));
    expect(binding).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });

    // Attack: the address of the callback leaks, and another browser opens it. // security 73
    const callback = visited.find((address) => address.includes("/oauth/local/callback?")) ?? "";
    const stranger = await newProfile();
    const replay = await stranger.page.goto(callback);
    expect([replay?.status(), stranger.page.url()]).toEqual([400, callback]);
    expect(await replay?.text()).toContain("Start the sign-in again.");
    const again = await page.goto(callback);
    expect(again?.status()).toBe(400);
    await stranger.context.close();
    await context.close();
  });

  test("a user links the provider, signs in with it, and removes it", async () => {
    const [owner, { login }] = [newLogin(), newLogin()];
    const first = await newProfile();
    await first.page.goto(application.url);
    await first.page.click("text=Sign in");
    await signInAtProvider(first.page, owner.login);
    await first.context.clearCookies();

    await first.page.click("text=Link");
    await signInAtProvider(first.page, login);
    expect(await heading(first.page)).toBe("Linked local");
    expect(await identities()).toHaveLength(2);

    const second = await newProfile();
    await second.page.goto(application.url);
    await second.page.click("text=Sign in");
    await signInAtProvider(second.page, login);
    expect(await heading(second.page)).toBe(`Signed in as ${owner.email}`);

    const bearer = application.tokens?.access ?? "";
    const outcomes: number[] = [];
    for (const { id } of await identities()) {
      const path = `/api/v1/users/me/identities/${id}`;
      outcomes.push((await server.call("DELETE", path, { bearer })).status);
    }
    expect(outcomes).toEqual([204, 409]);
    await first.context.close();
    await second.context.close();
  });

  // Attack: a page of another site sends the user's browser to a link that the attacker has requested. // security 79
  test("another site cannot have the user link an identity to the attacker's account", async () => {
    const { login } = newLogin();
    const attacker = await newProfile();
    await attacker.page.goto(application.url);
    await attacker.page.click("text=Sign in");
    await signInAtProvider(attacker.page, login);
    const asked = await server.call("POST", "/api/v1/users/me/identities/local", {
      bearer: application.tokens?.access ?? "",
      json: {},
    });
    const victim = await newProfile();
    // The provider's host is another site than Gatehouse's.
    await victim.page.goto(`${provider.issuer}/.well-known/openid-configuration`);
    const response = victim.page.waitForResponse((each) => each.url().startsWith(publicUrl));
    await victim.page.evaluate(`location.href = ${JSON.stringify(asked.json.data.authorize_url)}`);
    expect((await response).status()).toBe(403);
    expect(await identities()).toHaveLength(1);
    await attacker.context.close();
    await victim.context.close();
  });

  test("during an outage of the provider passwords work, and the start responds 503", async () => {
    const email = freshEmail();
    await server.post("/api/v1/auth/register", { email, password: goodPassword });
    const { context, page, visited } = await newProfile();
    await page.goto(application.url);
    await page.click("text=Sign in");
    await page.waitForURL(`${provider.issuer}/interaction/*`);
    await provider.stop();
    const code = "a-code-of-the-provider";
    const state = new URL(
      visited.find((url) => url.startsWith(`${provider.issuer}/auth?`)) ?? "",
    ).searchParams.get("state");
    const query = new URLSearchParams({ code, state: state ?? "", iss: provider.issuer });
    const end = await page.goto(`${publicUrl}/api/v1/auth/oauth/local/callback?${query}`);
    expect(end?.status()).toBe(503);
    const login = await server.post("/api/v1/auth/login", { email, password: goodPassword });
    expect(login.status).toBe(200);

    // It has read nothing of the provider yet.
    const half = { ...settings, GITHUB_CLIENT_ID: "id-without-secret" };
    await using fresh = await startGatehouse({ cwd: home.cwd, settings: half });
    // Of two providers the one with faulty settings is off, and the log says so.
    const off = "GITHUB_CLIENT_SECRET is missing: social login with github is off";
    expect(fresh.output.stdout).toContain(off);
    const list = await fresh.call("GET", "/api/v1/auth/oauth/providers");
    expect(list.json.data.items.map(({ name }: { name: string }) => name)).toEqual(["local"]);
    const start = await fresh.call("GET", "/api/v1/auth/oauth/local");
    expect([start.status, start.json.error.code]).toEqual([503, "UNAVAILABLE"]);
    expect((await fresh.post("/api/v1/auth/login", { email, password: goodPassword })).status).toBe(
      200,
    );

    await provider.resume();
    const recovered = await eventually(
      () => fresh.call("GET", "/api/v1/auth/oauth/local"),
      ({ status }) => status === 302,
      30,
    );
    expect(recovered.headers.get("location")).toStartWith(`${provider.issuer}/auth?`);
    await context.close();
  });
});

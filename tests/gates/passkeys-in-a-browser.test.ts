import { join } from "node:path";

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";

import { addAuthenticator, describeInBrowser, openBrowser } from "../support/browser.ts";
import { createHome, type Home } from "../support/executable-home.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { decodeToken } from "../support/forge-token.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(60_000);

const documentation = await Bun.file(join(import.meta.dir, "../../docs/passkeys.md")).text();
const [, script = ""] = /```js\n([\s\S]*?)```/.exec(documentation) ?? [];

/** The page of an application, with the script of docs/passkeys.md. */
function startApplication(publicUrl: string) {
  const ownScript = script.replace("https://auth.example.com", publicUrl);
  const html = `<!doctype html><title>Application</title><script>${ownScript}</script>
    <input autocomplete="username webauthn">`;
  return Bun.serve({
    port: 0,
    hostname: "localhost",
    fetch: () => new Response(html, { headers: { "content-type": "text/html" } }),
  });
}

describeInBrowser("passkeys in Chromium, at the executable", () => {
  let home: Home;
  let application: ReturnType<typeof startApplication>;
  let server: ServerProcess;
  let browser: Browser;
  let origin = "";

  beforeAll(async () => {
    const port = await findSparePort();
    const publicUrl = `http://localhost:${port}`;
    home = await createHome("postgres");
    application = startApplication(publicUrl);
    origin = `http://localhost:${application.port}`;
    server = await startGatehouse({
      cwd: home.cwd,
      settings: {
        ...home.settings,
        ENVIRONMENT: "test",
        HOST: "127.0.0.1",
        PORT: String(port),
        PUBLIC_URL: publicUrl,
        JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
        BCRYPT_COST: "4",
        RATE_LIMITS_ENABLED: "false",
        REQUIRE_EMAIL_VERIFICATION: "false",
        MAIL_TRANSPORT: "none",
        ALLOWED_ORIGINS: origin,
        WEBAUTHN_ORIGINS: origin,
      },
    });
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await application.stop(true);
    await home[Symbol.asyncDispose]();
  });

  /** A browser with an authenticator that verifies its user, or does not. */
  async function openPage(context: BrowserContext, isUserVerified = true): Promise<Page> {
    const page = await context.newPage();
    await addAuthenticator(page, isUserVerified);
    await page.goto(origin);
    return page;
  }

  async function registerUser() {
    const json = { email: freshEmail(), password: goodPassword };
    const answer = await server.post("/api/v1/auth/register", json);
    expect(answer.status).toBe(201);
    const { user_id: userId, access_token: accessToken } = answer.json.data;
    return { userId: String(userId), accessToken: String(accessToken) };
  }

  /** What a call in the page returns, or the name and message of the error. */
  function inPage(page: Page, call: string): Promise<unknown> {
    return page.evaluate(`${call}.catch(({ name, message }) => ({ name, message }))`);
  }

  const addPasskey = (page: Page, token: string) =>
    inPage(page, `addPasskey(${JSON.stringify(token)}, "Laptop")`);

  test("a user adds a passkey, signs out, and signs in with it", async () => {
    const context = await browser.newContext();
    const page = await openPage(context);
    const user = await registerUser();
    expect(await addPasskey(page, user.accessToken)).toMatchObject({
      passkey: { name: "Laptop", transports: ["internal"] },
    });
    // The authenticator is told about the first one.
    expect(await addPasskey(page, user.accessToken)).toMatchObject({ name: "InvalidStateError" });

    const signOut = await server.call("POST", "/api/v1/auth/logout", { bearer: user.accessToken });
    expect(signOut.status).toBe(200);
    const call = { bearer: user.accessToken };
    expect((await server.call("GET", "/api/v1/users/me", call)).status).toBe(401);

    const tokens = Object(await inPage(page, "signIn()"));
    expect(tokens).toMatchObject({ user_id: user.userId, token_type: "bearer" });
    const bearer = String(tokens.access_token);
    expect(decodeToken(bearer).claims["amr"]).toEqual(["pop", "user", "mfa"]);
    const listed = await server.call("GET", "/api/v1/users/me/passkeys", { bearer });
    expect(listed.json.data.items).toMatchObject([{ last_used_at: expect.any(String) }]);

    // With passkeys in the autofill of a form, the virtual authenticator chooses at once.
    const filled = await inPage(page, `signIn({ mediation: "conditional" })`);
    expect(filled).toMatchObject({ user_id: user.userId });
    await context.close();
  });

  test("an authenticator that does not verify its user adds no passkey", async () => {
    const context = await browser.newContext();
    const page = await openPage(context, false);
    const user = await registerUser();
    expect(await addPasskey(page, user.accessToken)).toMatchObject({ name: "NotAllowedError" });
    await context.close();
  });
});

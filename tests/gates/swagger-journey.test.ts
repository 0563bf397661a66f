import { expect, test } from "bun:test";

import { describeInBrowser, openBrowser, openWatchedPage } from "../support/browser.ts";
import { freshEmail, goodPassword, mailTo, registerVerified } from "../support/journey.ts";
import {
  swaggerAuthorize,
  swaggerAuthorizeByKeyboard,
  swaggerExecute,
  swaggerExecuteByKeyboard,
} from "../support/swagger-ui.ts";
import { startTestApp } from "../support/test-app.ts";

describeInBrowser("a new user in Swagger UI", () => {
  test("registers, verifies, authorizes through /oauth/token and calls a protected route, with no error in the console", async () => {
    await using app = await startTestApp();
    await using browser = await openBrowser();
    const { page, problems, settle } = await openWatchedPage(browser, app.url);
    await page.goto(`${app.url}/docs`);

    const email = freshEmail();
    const registered = await swaggerExecute(page, "register", { email, password: goodPassword });
    expect(registered.status).toBe(201);
    const { token } = await mailTo(app, email);
    expect((await swaggerExecute(page, "verifyEmail", { token })).status).toBe(200);
    const loggedIn = await swaggerExecute(page, "logIn", { email, password: goodPassword });
    expect(loggedIn.status).toBe(200);

    await swaggerAuthorize(page, email, goodPassword);
    const me = await swaggerExecute(page, "getCurrentUser");
    expect(me.status).toBe(200);
    expect(JSON.parse(me.body)).toMatchObject({ success: true, data: { email } });

    await settle();
    expect(problems).toEqual([]);
  }, 180_000);

  test("signs in by keyboard alone, and calls a protected route", async () => {
    await using app = await startTestApp();
    const { email, password } = await registerVerified(app);
    await using browser = await openBrowser();
    const { page, problems, settle } = await openWatchedPage(browser, app.url);
    await page.goto(`${app.url}/docs`);

    await swaggerAuthorizeByKeyboard(page, email, password);
    const me = await swaggerExecuteByKeyboard(page, "getCurrentUser");
    expect(me.status).toBe(200);
    expect(JSON.parse(me.body)).toMatchObject({ success: true, data: { email } });

    await settle();
    expect(problems).toEqual([]);
  }, 180_000);

  test("executes the prefilled examples as they are", async () => {
    await using app = await startTestApp();
    await using browser = await openBrowser();
    const { page, problems, settle } = await openWatchedPage(browser, app.url);
    await page.goto(`${app.url}/docs`);

    expect((await swaggerExecute(page, "register")).status).toBe(201);
    const email = "ada@example.com";
    const { code } = await mailTo(app, email);
    expect((await swaggerExecute(page, "verifyEmailByCode", { email, code })).status).toBe(200);
    expect((await swaggerExecute(page, "logIn")).status).toBe(200);
    expect((await swaggerExecute(page, "requestMagicLink")).status).toBe(202);
    expect((await swaggerExecute(page, "grantTokens")).status).toBe(200);

    await settle();
    expect(problems).toEqual([]);
  }, 180_000);
});

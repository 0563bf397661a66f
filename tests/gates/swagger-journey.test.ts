import { expect, test } from "bun:test";

import { describeInBrowser, openBrowser, openWatchedPage } from "../support/browser.ts";
import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { swaggerAuthorize, swaggerExecute } from "../support/swagger-ui.ts";
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
  }, 60_000);
});

import type { Locator, Page } from "playwright-core";

/** What Swagger UI shows as the response of the server. */
export interface ShownAnswer {
  readonly status: number;
  readonly body: string;
}

/** Signs in with the "Authorize" dialog of Swagger UI through the password flow, and closes the dialog. Throws the error it shows. */
export async function swaggerAuthorize(
  page: Page,
  username: string,
  password: string,
): Promise<void> {
  await page.locator(".auth-wrapper .btn.authorize").click();
  const scheme = page.locator(".dialog-ux .auth-container").filter({ hasText: "OAuth2, password" });
  await scheme.locator("#oauth_username").fill(username);
  await scheme.locator("#oauth_password").fill(password);
  await scheme.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
  const signedIn = scheme.getByRole("button", { name: "Remove authorization" });
  const refused = scheme.locator(".errors");
  await signedIn.or(refused).first().waitFor();
  if (await refused.isVisible()) throw new Error(`Swagger UI shows: ${await refused.innerText()}`);
  await page.locator(".dialog-ux .close-modal").click();
}

/** Opens an operation of Swagger UI, fills its JSON body where one is given, executes it, and reads the response. */
export async function swaggerExecute(
  page: Page,
  operationId: string,
  jsonBody?: unknown,
): Promise<ShownAnswer> {
  const operation = page.locator(`.opblock[id$="-${operationId}"]`);
  if (!(await operation.getAttribute("class"))?.includes("is-open")) {
    await operation.locator(".opblock-summary-control").click();
  }
  if (jsonBody !== undefined)
    await operation.locator("textarea.body-param__text").fill(JSON.stringify(jsonBody));
  const answer = page.waitForResponse((response) => !response.url().endsWith("/openapi.json"));
  await operation.locator(".btn.execute").click();
  await answer;
  return readAnswer(operation);
}

/** Waits for the response that an operation shows, and reads it. */
async function readAnswer(operation: Locator): Promise<ShownAnswer> {
  const shown = operation.locator(".live-responses-table .response").first();
  await shown.waitFor();
  const status = Number.parseInt(await shown.locator(".response-col_status").innerText(), 10);
  const body = shown
    .locator(
      ".response-col_description .highlight-code code, .response-col_description .microlight",
    )
    .first();
  return { status, body: (await body.count()) > 0 ? await body.innerText() : "" };
}

/**
 * Signs in with the "Authorize" dialog by keyboard alone: the focus is in the field of the e-mail address when the dialog
 * opens, and back on the button when it is closed. Throws where the focus is elsewhere.
 */
export async function swaggerAuthorizeByKeyboard(
  page: Page,
  username: string,
  password: string,
): Promise<void> {
  await page.locator(".auth-wrapper .btn.authorize").waitFor();
  await pressUntil(page, "Tab", ".auth-wrapper .btn.authorize");
  await page.keyboard.press("Enter");
  await page.locator("#oauth_username:focus").waitFor();
  await page.keyboard.type(username);
  await page.keyboard.press("Tab");
  await page.locator("#oauth_password:focus").waitFor();
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page
    .locator(".dialog-ux .auth-container")
    .filter({ hasText: "OAuth2, password" })
    .getByRole("button", { name: "Remove authorization" })
    .waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".auth-wrapper .btn.authorize:focus").waitFor();
}

/** Opens and executes an operation by keyboard alone, and reads the response. */
export async function swaggerExecuteByKeyboard(
  page: Page,
  operationId: string,
): Promise<ShownAnswer> {
  const operation = `.opblock[id$="-${operationId}"]`;
  await pressUntil(page, "Tab", `${operation} .opblock-summary-control`);
  await page.keyboard.press("Enter");
  await page.locator(`${operation} .btn.execute`).waitFor();
  await pressUntil(page, "Tab", `${operation} .btn.execute`);
  await page.keyboard.press("Enter");
  return readAnswer(page.locator(operation));
}

/** Presses a key until an element has the focus. */
async function pressUntil(page: Page, key: string, selector: string): Promise<void> {
  for (let count = 0; count < 400; count += 1) {
    if (await page.locator(`${selector}:focus`).count()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${selector}`);
}

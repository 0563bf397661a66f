import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";

import type { Browser } from "playwright-core";

import {
  describeInBrowser,
  openBrowser,
  openWatchedPage,
  type WatchedPage,
} from "../support/browser.ts";
import { swaggerAuthorize, swaggerExecute } from "../support/swagger-ui.ts";
import { serveSample } from "../docs/sample-app.ts";

const operationIds = ["register", "getMe", "issueToken", "getUser", "putOdd", "page", "keys"];
const summariesByTag = {
  Accounts: ["Register"],
  OAuth: ["Keys", "Request tokens"],
  Pages: ["A page"],
  Users: ["Get the signed-in user", "Get a user", "Odd"],
};
const timeoutMilliseconds = 60_000;

// Every other host is out of reach: a page that asks for one, or breaks its own policy, leaves a problem behind.
describeInBrowser("the documentation pages without a network", () => {
  let browser: Browser;
  let sample: ReturnType<typeof serveSample>;

  beforeAll(async () => {
    sample = serveSample();
    browser = await openBrowser();
  }, timeoutMilliseconds);

  afterAll(async () => {
    await browser.close();
    await sample.stop();
  });

  async function onPage(
    path: string,
    visit: (watched: WatchedPage) => Promise<void>,
  ): Promise<void> {
    const watched = await openWatchedPage(browser, sample.origin);
    try {
      await watched.page.goto(sample.origin + path);
      await visit(watched);
      await watched.settle();
      expect(watched.problems).toEqual([]);
    } finally {
      await watched.close();
    }
  }

  // One visit, since a page of Swagger UI takes seconds to load. A visit without problems is one without them in each test.
  describe("Swagger UI", () => {
    let visited: WatchedPage;

    beforeAll(async () => {
      visited = await openWatchedPage(browser, sample.origin);
      await visited.page.goto(`${sample.origin}/docs`);
    }, timeoutMilliseconds);

    afterEach(async () => {
      await visited.settle();
      expect(visited.problems).toEqual([]);
    });

    afterAll(async () => {
      await visited.close();
    });

    test(
      "shows every operation, expanded as well",
      async () => {
        const { page } = visited;
        for (const operationId of operationIds) {
          const operation = page.locator(`.opblock[id$="-${operationId}"]`);
          await operation.locator(".opblock-summary-control").click();
          await operation.locator(".responses-wrapper .response").first().waitFor();
        }
        expect(await page.locator(".opblock").count()).toBe(operationIds.length);
      },
      timeoutMilliseconds,
    );

    test(
      "sends a JSON body to the origin it came from, whatever server the document names",
      async () => {
        const email = { email: "ada@example.com" };
        const answer = await swaggerExecute(visited.page, "register", email);
        expect(answer.status).toBe(201);
        expect(JSON.parse(answer.body)).toMatchObject({ data: email });
      },
      timeoutMilliseconds,
    );

    test(
      "signs in through the password flow without client credentials, and sends the token",
      async () => {
        const { page } = visited;
        await swaggerAuthorize(page, "ada@example.com", "right & proper");
        const answer = await swaggerExecute(page, "getMe");
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.body)).toMatchObject({ success: true, data: "me" });
        expect(sample.record.authorizations.at(-1)).toBe("Bearer sample-token");
        const request = sample.record.tokenRequests.at(-1);
        expect(request?.body).toEqual({
          grant_type: "password",
          username: "ada@example.com",
          password: "right & proper",
        });
        expect(request?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
        expect(request?.headers.get("authorization")).toBeNull();
      },
      timeoutMilliseconds,
    );
  });

  test(
    "a refused password is an error that the helper throws",
    async () => {
      const { page, close } = await openWatchedPage(browser, sample.origin);
      try {
        await page.goto(`${sample.origin}/docs`);
        const refusal = await swaggerAuthorize(page, "ada@example.com", "wrong").catch(String);
        expect(refusal).toContain("invalid_grant");
      } finally {
        await close();
      }
    },
    timeoutMilliseconds,
  );

  test(
    "ReDoc shows every operation, and finds one",
    () =>
      onPage("/redoc", async ({ page }) => {
        const menu = page.locator('[data-component-name="Menu/Menu"]').first();
        for (const [tag, summaries] of Object.entries(summariesByTag)) {
          await menu.getByText(tag, { exact: true }).click();
          for (const summary of summaries) {
            await menu.getByText(summary, { exact: true }).click();
            await page.getByRole("heading", { name: summary }).first().waitFor();
          }
        }
        // They would send the document to other services.
        for (const actions of await page.getByTestId("page-actions").all()) {
          expect(await actions.isVisible()).toBe(false);
        }
        await page.keyboard.press("Control+k");
        await page.getByPlaceholder("Search docs...").fill("tokens");
        await page.getByText("tokens", { exact: true }).waitFor();
      }),
    timeoutMilliseconds,
  );

  test(
    "the first page links to the four others, with its style and no script",
    () =>
      onPage("/", async ({ page }) => {
        expect(
          await page
            .locator("a")
            .evaluateAll((links) => links.map((link) => link.getAttribute("href"))),
        ).toEqual(["/docs", "/redoc", "/openapi.json", "/asyncapi.json"]);
        expect(await page.locator("script").count()).toBe(0);
        expect(await page.locator("h1").innerText()).toBe("<sample>");
        expect(await page.locator("main").evaluate((main) => getComputedStyle(main).width)).toBe(
          "576px",
        );
      }),
    timeoutMilliseconds,
  );

  test(
    "a page that breaks its policy or requests another host is reported",
    async () => {
      const { page, problems, close } = await openWatchedPage(browser, sample.origin);
      try {
        await page.goto(`${sample.origin}/`);
        await page.evaluate(`new Promise((refused) => {
          document.addEventListener("securitypolicyviolation", refused, { once: true });
          document.body.append(Object.assign(new Image(), { src: "http://example.com/logo.png" }));
        })`);
        await page.goto("http://example.com/").catch(String);
        expect(problems.join("\n")).toContain(
          "policy violation: img-src http://example.com/logo.png",
        );
        expect(problems.join("\n")).toContain("request to another origin: http://example.com/");
      } finally {
        await close();
      }
    },
    timeoutMilliseconds,
  );
});

import { describe, expect, test } from "bun:test";

import { isPostedByOwnPage } from "../../src/platform/http/own-page.ts";
import { browserTokenOf } from "../support/browser-session.ts";
import { logIn, registerVerified } from "../support/journey.ts";
import { openSessionsOf } from "../support/magic-link.ts";
import { doneHeadings, getLink, pressItsButton } from "../support/mailed-links.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { formsOf, headingOf, openPage, press } from "../support/page-forms.ts";
import { cookieHeaders, cookieOf, tokenInCookie } from "../support/refresh-cookie.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const listedApp = useTestApp({ settings: { ALLOWED_ORIGINS: "https://app.example.com" } });
const cookieApp = useTestApp({ settings: { REFRESH_TOKEN_COOKIE: "true" } });

const signedIn = doneHeadings["magic-link"];

test("the page opens a browser session and shows no token", async () => {
  const { email, link } = await getLink(app, "magic-link");
  const done = await pressItsButton(app, await openPage(app, link));
  expect(headingOf(done)).toBe(signedIn);
  expect(done.text).toBe("");
  const forwarded = await app.call("GET", "/api/v1/auth/forward", {
    headers: { cookie: `gatehouse_session=${browserTokenOf(done)}` },
  });
  expect([forwarded.status, forwarded.headers.get("x-auth-email")]).toEqual([200, email]);
});

// Mistake: the button is pressed twice, and the browser shows the second response.
test("a link that its signed-in user uses again says so; for anyone else, and any other link, it does not work", async () => {
  const { link } = await getLink(app, "magic-link");
  const page = await openPage(app, link);
  const cookie = `gatehouse_session=${browserTokenOf(await pressItsButton(app, page))}`;
  const again = await press(app, page, "Sign in", { headers: { cookie } });
  expect([again.status, headingOf(again)]).toEqual([200, "You are signed in"]);
  expect(again.text).toContain('href="http://localhost:8000/account"');
  expect(again.headers.getSetCookie()).toEqual([]);
  const invalid = await press(app, page, "Sign in", {
    entered: { token: "x" },
    headers: { cookie },
  });
  expect([invalid.status, headingOf(invalid)]).toEqual([400, "This link does not work"]);
  const other = await openPage(app, (await getLink(app, "magic-link")).link);
  await pressItsButton(app, other);
  const ofAnother = await press(app, other, "Sign in", { headers: { cookie } });
  expect([ofAnother.status, headingOf(ofAnother)]).toEqual([400, "This link does not work"]);
  const elsewhere = await press(app, page, "Sign in");
  expect([elsewhere.status, headingOf(elsewhere)]).toEqual([400, "This link does not work"]);
});

test("in cookie mode the browser gets the cookie and the page shows no token", async () => {
  const { link } = await getLink(cookieApp, "magic-link");
  const done = await pressItsButton(cookieApp, await openPage(cookieApp, link));
  expect(headingOf(done)).toBe(signedIn);
  expect(done.text).toBe("");
  expect(cookieOf(done)?.attributes).toEqual(["HttpOnly", "Path=/api/v1/auth", "SameSite=Strict"]);
  const headers = cookieHeaders(tokenInCookie(done));
  const refreshed = await cookieApp.call("POST", "/api/v1/auth/refresh", { headers });
  expect(refreshed.status).toBe(200);
});

test("the code signs in on the page, also with spaces or full-width digits; a wrong one has its fault beside the field", async () => {
  const { email } = await registerVerified(app);
  const start = await openPage(app, "/magic-link");
  expect(formsOf(start.text).map(({ button }) => button)).toEqual(["Send e-mail", "Sign in"]);
  const asked = await press(app, start, "Send e-mail", { entered: { email } });
  expect([asked.status, headingOf(asked)]).toEqual([200, "Check your mailbox"]);
  expect(formsOf(asked.text)[0]?.fields).toEqual({ email, code: "" });
  const { code } = await mailOfKind(app, "magic-link", email);

  const wrong = code === "000000" ? "000001" : "000000";
  const rejected = await press(app, asked, "Sign in", { entered: { code: wrong } });
  expect(rejected.status).toBe(401);
  expect(rejected.text).toContain(
    '<p class="fault" id="code-fault">The code is wrong, used or expired.</p>',
  );
  expect(rejected.text).not.toContain(wrong);
  const fullWidth = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join("");
  const written = `${fullWidth.slice(0, 3)} ${fullWidth.slice(3)}`;
  const done = await press(app, rejected, "Sign in", { entered: { code: written } });
  expect([done.status, headingOf(done)]).toEqual([303, signedIn]);
  const again = await press(app, rejected, "Sign in", { entered: { code } });
  expect([again.status, headingOf(again)]).toEqual([401, "Enter the code"]);
});

// Failure: a typing error must not use up the user's attempts.
test("an input that is no code is no attempt", async () => {
  const { email, code } = await getLink(app, "magic-link");
  const start = await openPage(app, "/magic-link");
  for (const slip of [
    "12345",
    "1234567",
    "code",
    "12 34",
    "1e5000",
    "",
    "१२३४५६",
    ...Array(5).fill("?"),
  ]) {
    const entered = { email, code: String(slip) };
    expect((await press(app, start, "Sign in", { entered })).status).toBe(400);
  }
  const done = await press(app, start, "Sign in", { entered: { email, code } });
  expect(headingOf(done)).toBe(signedIn);
});

// Attack: the form for the code reveals which addresses have an account.
// security 15
test("a wrong code has the same response for a known and an unknown address", async () => {
  const { email } = await getLink(app, "magic-link");
  const start = await openPage(app, "/magic-link");
  const texts = [];
  for (const address of [email, "unknown@example.com"]) {
    const entered = { email: address, code: "000000" };
    const answer = await press(app, start, "Sign in", { entered });
    texts.push(`${answer.status} ${answer.text.replaceAll(address, "ADDRESS")}`);
  }
  expect(texts[0]).toBe(texts[1]);
});

describe("a form that another website posts", () => {
  const foreign = [
    { "sec-fetch-site": "cross-site", origin: "null" },
    { "sec-fetch-site": "same-site", origin: "https://neighbour.example" },
    { "sec-fetch-site": "none" },
    { origin: "https://evil.example" },
    { origin: "http://localhost:8001" },
  ];
  const ours = [
    { "sec-fetch-site": "same-origin", origin: "null" },
    { origin: "http://localhost:8000" },
    { origin: "null" },
    {},
  ];

  // Attack: a website signs its visitors in to the account of the attacker, with a link of the attacker.
  test("opens no session, and leads to the sign-in page", async () => {
    const { email, link, code } = await getLink(cookieApp, "magic-link");
    const page = await openPage(cookieApp, link);
    const start = await openPage(cookieApp, "/magic-link");
    for (const headers of foreign) {
      const byLink = await pressItsButton(cookieApp, page, headers);
      const byCode = await press(cookieApp, start, "Sign in", {
        entered: { email, code },
        headers,
      });
      for (const answer of [byLink, byCode]) {
        expect([answer.status, answer.headers.get("set-cookie")]).toEqual([403, null]);
        expect(headingOf(answer)).toBe("Another website sent you here");
        expect(answer.text).toContain('href="/sign-in"');
        expect(formsOf(answer.text)).toEqual([]);
      }
    }
    const [user] = await cookieApp.rows(`select id from users where email = '${email}'`);
    expect(await openSessionsOf(cookieApp, String(user?.["id"]))).toEqual([]);
    expect(headingOf(await pressItsButton(cookieApp, page, ours[0]))).toBe(signedIn);
  });

  test("is distinguished from a form of our own page and of a program", async () => {
    for (const headers of ours) {
      const { link } = await getLink(cookieApp, "magic-link");
      const done = await pressItsButton(cookieApp, await openPage(cookieApp, link), headers);
      expect([headers, headingOf(done)]).toEqual([headers, signedIn]);
    }
  });
});

// Attack: a sandboxed frame posts with the origin `null`, as our own pages do. Over https `Sec-Fetch-Site` tells them apart.
test.each([
  [{ origin: "null" }, false],
  [{ origin: "null", "sec-fetch-site": "cross-site" }, false],
  [{ origin: "null", "sec-fetch-site": "same-origin" }, true],
  [{ origin: "http://auth.example.com" }, false],
  [{ origin: "https://auth.example.com.evil.example" }, false],
  [{ origin: "https://auth.example.com" }, true],
])("over https a form posted with %j is same-origin: %p", (headers, isOurs) => {
  const request = new Request("http://localhost/magic-link", { method: "POST", headers });
  expect(isPostedByOwnPage(request, "https://auth.example.com/path")).toBe(isOurs);
});

// Attack: an attacker registers with another person's address and waits until that person signs in.
// part of security 61
test("signing in on the page with an unverified address verifies it and removes the earlier password", async () => {
  const { email } = await getLink(app, "verify-email");
  const start = await openPage(app, "/magic-link");
  await press(app, start, "Send e-mail", { entered: { email } });
  const { link } = await mailOfKind(app, "magic-link", email);
  expect(headingOf(await pressItsButton(app, await openPage(app, link)))).toBe(signedIn);
  expect((await logIn(app, { email, password: "SecurePassword123!" })).status).toBe(401);
});

// Chromium applies `form-action` to the redirect that follows the form.
test("every page that takes the code lets the browser continue at the address to return to", async () => {
  const returnTo = "https://app.example.com/";
  const start = await openPage(listedApp, `/magic-link?return_to=${encodeURIComponent(returnTo)}`);
  const refused = await press(listedApp, start, "Send e-mail", { entered: { email: "x" } });
  expect(refused.status).toBe(400);
  const codeForms = [start, refused].map(({ text }) =>
    formsOf(text).filter(({ button }) => button === "Sign in"),
  );
  expect(codeForms.map(([form]) => form?.fields["return_to"])).toEqual([returnTo, returnTo]);
  for (const { headers } of [start, refused]) {
    expect(headers.get("content-security-policy")).toContain(
      "form-action 'self' https://app.example.com;",
    );
  }
});

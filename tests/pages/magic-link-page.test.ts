import { describe, expect, test } from "bun:test";

import { isPostedByUs } from "../../src/features/pages/posted-by-us.ts";
import { logIn, registerVerified } from "../support/journey.ts";
import { openSessionsOf } from "../support/magic-link.ts";
import { doneHeadings, getLink, pressItsButton } from "../support/mailed-links.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { formsOf, headingOf, openPage, press, type ShownPage } from "../support/page-forms.ts";
import { cookieHeaders, cookieOf, tokenInCookie } from "../support/refresh-cookie.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const cookieApp = useTestApp({ settings: { REFRESH_TOKEN_COOKIE: "true" } });

const signedIn = doneHeadings["magic-link"];

/** What a read-only field of a page holds. */
function shown({ text }: ShownPage, id: string): string | undefined {
  return new RegExp(`<textarea id="${id}"[^>]* readonly [^>]*>([^<]+)<`).exec(text)?.[1];
}

test("without a front end the page shows both tokens, and they work", async () => {
  const { email, link } = await getLink(app, "magic-link");
  const done = await pressItsButton(app, await openPage(app, link));
  expect(headingOf(done)).toBe(signedIn);
  expect(done.headers.get("set-cookie")).toBeNull();
  const me = await app.call("GET", "/api/v1/users/me", {
    bearer: shown(done, "access-token") ?? "",
  });
  expect([me.status, me.json.data.email]).toEqual([200, email]);
  const refresh = { refresh_token: shown(done, "refresh-token") };
  expect((await app.post("/api/v1/auth/refresh", refresh)).status).toBe(200);
});

test("in cookie mode the browser gets the cookie and the page shows no token", async () => {
  const { link } = await getLink(cookieApp, "magic-link");
  const done = await pressItsButton(cookieApp, await openPage(cookieApp, link));
  expect(headingOf(done)).toBe(signedIn);
  expect(done.text).not.toMatch(/<textarea|eyJ/);
  expect(cookieOf(done)?.attributes).toEqual(["HttpOnly", "Path=/api/v1/auth", "SameSite=Strict"]);
  const headers = cookieHeaders(tokenInCookie(done));
  const refreshed = await cookieApp.call("POST", "/api/v1/auth/refresh", { headers });
  expect(refreshed.status).toBe(200);
});

test("the code signs in on the page in every common spelling; an error is beside its field", async () => {
  const { email } = await registerVerified(app);
  const start = await openPage(app, "/magic-link");
  expect(formsOf(start.text).map(({ button }) => button)).toEqual(["Send the mail", "Sign in"]);
  const asked = await press(app, start, "Send the mail", { entered: { email } });
  expect([asked.status, headingOf(asked)]).toEqual([200, "Check your mailbox"]);
  expect(formsOf(asked.text)[0]?.fields).toEqual({ email, code: "" });
  const { code } = await mailOfKind(app, "magic-link", email);

  const wrong = code === "000000" ? "000001" : "000000";
  const refused = await press(app, asked, "Sign in", { entered: { code: wrong } });
  expect(refused.status).toBe(400);
  expect(refused.text).toContain(
    '<p class="fault" id="code-fault">The code is wrong, used or expired.</p>',
  );
  expect(refused.text).not.toContain(wrong);
  const fullWidth = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join("");
  const written = `${fullWidth.slice(0, 3)} ${fullWidth.slice(3)}`;
  const done = await press(app, refused, "Sign in", { entered: { code: written } });
  expect([done.status, headingOf(done)]).toEqual([200, signedIn]);
  const again = await press(app, refused, "Sign in", { entered: { code } });
  expect([again.status, headingOf(again)]).toEqual([400, "Enter the code"]);
});

// Bad day: a typing error must not use up the guesses.
test("a malformed code does not count as a guess", async () => {
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

// Attack: the form for a code reveals who has an account.
// security 15
test("a wrong code gets the same response for a known and an unknown address", async () => {
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

  // Attack: a website signs its visitors in as the attacker, with the attacker's own link.
  test("does not sign in, but shows the button", async () => {
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
        expect(answer.text).toContain("Another website has sent you here.");
      }
      expect(formsOf(byLink.text)).toEqual(formsOf(page.text));
      expect(byCode.text).not.toContain(code);
    }
    const [user] = await cookieApp.rows(`select id from users where email = '${email}'`);
    expect(await openSessionsOf(cookieApp, String(user?.["id"]))).toEqual([]);
    expect(headingOf(await pressItsButton(cookieApp, page, ours[0]))).toBe(signedIn);
  });

  test("is distinguished from a form of the service's pages and from a program's request", async () => {
    for (const headers of ours) {
      const { link } = await getLink(cookieApp, "magic-link");
      const done = await pressItsButton(cookieApp, await openPage(cookieApp, link), headers);
      expect([headers, headingOf(done)]).toEqual([headers, signedIn]);
    }
  });
});

// Attack: a sandboxed frame posts with the origin `null`, as the service's own pages do; over https every browser distinguishes the two.
test.each([
  [{ origin: "null" }, false],
  [{ origin: "null", "sec-fetch-site": "cross-site" }, false],
  [{ origin: "null", "sec-fetch-site": "same-origin" }, true],
  [{ origin: "http://auth.example.com" }, false],
  [{ origin: "https://auth.example.com.evil.example" }, false],
  [{ origin: "https://auth.example.com" }, true],
])("over https a form posted with %j is same-origin: %p", (headers, isOurs) => {
  const request = new Request("http://localhost/magic-link", { method: "POST", headers });
  expect(isPostedByUs(request, "https://auth.example.com/path")).toBe(isOurs);
});

// Attack: an impostor has registered the victim's address.
// part of security 61
test("signing in on the page verifies the address and revokes an unverified account's password", async () => {
  const { email } = await getLink(app, "verify-email");
  const start = await openPage(app, "/magic-link");
  await press(app, start, "Send the mail", { entered: { email } });
  const { link } = await mailOfKind(app, "magic-link", email);
  expect(headingOf(await pressItsButton(app, await openPage(app, link)))).toBe(signedIn);
  expect((await logIn(app, { email, password: "SecurePassword123!" })).status).toBe(401);
});

import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { openSessionsOf, signInByMail } from "../support/magic-link.ts";
import { doneHeadings } from "../support/mailed-links.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { formsOf, headingOf, openPage, press } from "../support/page-forms.ts";
import { outcomeOf } from "../support/password-reset.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";
import { maskTimestamp, visibleResponse } from "../support/visible-response.ts";

type Headers = Readonly<Record<string, string>>;

const sameOrigin = { "sec-fetch-site": "same-origin" };
const otherBrowser = { ...sameOrigin, cookie: `gatehouse_device=${"A".repeat(22)}` };
const withUser = `gatehouse_device=${"B".repeat(22)}.${"C".repeat(43)}`;
const settings = { LOCKOUT_THRESHOLD: "3" };

/** The device cookie that a response sets, as a request sends it; "" for none. */
function deviceCookie({ headers }: Answer): string {
  return /gatehouse_device=[^;]*/.exec(headers.getSetCookie().join("\n"))?.[0] ?? "";
}

/** Requests a magic link with these headers: the device cookie of the response, and what the mail holds. */
async function ask(app: TestApp, email: string, headers: Headers, count = 1) {
  const asked = await app.post("/api/v1/auth/magic-link", { email }, { headers: { ...headers } });
  expect(asked.status).toBe(202);
  return { cookie: deviceCookie(asked), ...(await mailOfKind(app, "magic-link", email, count)) };
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings });

  // Attack: a person who got hold of the mail's link opens it in a browser of their own.
  // security 62
  test("the link of a browser signs in there and in no other client, and stays usable for it", async () => {
    const { userId, email } = await registerVerified(app);
    const { cookie, token } = await ask(app, email, sameOrigin);
    expect(cookie).toMatch(/^gatehouse_device=[\w-]{22}$/);
    const others: Headers[] = [
      {},
      sameOrigin,
      otherBrowser,
      { cookie: withUser },
      { cookie: `${cookie}x` },
      { cookie: `${cookie}; ${cookie}` },
    ];
    for (const headers of others) {
      const refused = await signInByMail(app, { token }, { headers });
      expect(outcomeOf(refused)).toEqual([403, "FORBIDDEN"]);
      expect(refused.json.error.message).toContain("the browser that requested it");
      expect(refused.headers.getSetCookie()).toEqual([]);
      expect(await auditOf(app, refused)).toMatchObject([
        {
          action: "user.login",
          result: "failure",
          user_id: userId,
          detail: { by: "link", reason: "other_browser" },
        },
      ]);
    }
    expect(await openSessionsOf(app, userId)).toEqual([]);
    const signedIn = await signInByMail(app, { token }, { headers: { cookie } });
    expect(signedIn.status).toBe(200);
    // The same browser, now with a user.
    expect(deviceCookie(signedIn)).toMatch(new RegExp(`^${cookie}\\.[\\w-]{43}$`));
    const again = outcomeOf(await signInByMail(app, { token }, { headers: otherBrowser }));
    expect(again).toEqual([401, "INVALID_TOKEN"]);
  });
});

const app = useTestApp({ settings });

// security 62
test("the code of the mail signs in any browser, and uses up the link", async () => {
  const { email } = await registerVerified(app);
  const { cookie, token, code } = await ask(app, email, sameOrigin);
  const byCode = await signInByMail(app, { email, code }, { headers: otherBrowser });
  expect(byCode.status).toBe(200);
  const byLink = outcomeOf(await signInByMail(app, { token }, { headers: { cookie } }));
  expect(byLink).toEqual([401, "INVALID_TOKEN"]);
});

// security 62
test("a browser with a device cookie is bound by it wherever its page is from, and keeps its users", async () => {
  const { email } = await registerVerified(app);
  for (const [earlier, sent] of [withUser, `gatehouse_device=${"D".repeat(22)}`].entries()) {
    const headers = { cookie: sent, "sec-fetch-site": "same-site" };
    const { cookie, token } = await ask(app, email, headers, earlier + 1);
    expect(cookie).toBe(sent);
    expect((await signInByMail(app, { token })).status).toBe(403);
    expect((await signInByMail(app, { token }, { headers: { cookie } })).status).toBe(200);
  }
});

test("a client that keeps no cookies gets a link that works everywhere, and no cookie", async () => {
  const { email } = await registerVerified(app);
  const clients: Headers[] = [
    {},
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "none" },
    { cookie: "gatehouse_device=x" },
    { cookie: `${withUser}; ${withUser}` },
  ];
  for (const [earlier, headers] of clients.entries()) {
    const { cookie, token } = await ask(app, email, headers, earlier + 1);
    expect(cookie).toBe("");
    expect((await signInByMail(app, { token }, { headers: otherBrowser })).status).toBe(200);
  }
});

// security 62
test("in another browser the page says why, and takes the code; opening the link uses nothing up", async () => {
  const { email } = await registerVerified(app);
  const start = await openPage(app, "/magic-link");
  const entered = { email };
  const asked = await press(app, start, "Send e-mail", { entered, headers: sameOrigin });
  const cookie = deviceCookie(asked);
  const { link, code } = await mailOfKind(app, "magic-link", email);
  const page = await openPage(app, link, otherBrowser);
  expect((await app.call("HEAD", page.path, { headers: otherBrowser })).status).toBe(200);

  const refused = await press(app, page, "Sign in", { headers: otherBrowser });
  expect([refused.status, headingOf(refused)]).toEqual([403, "Enter the code"]);
  expect(refused.text).toContain("This link works only in the browser in which it was requested.");
  expect(formsOf(refused.text)[0]?.fields).toEqual({ email: "", code: "" });
  const proof = { entered: { email, code }, headers: otherBrowser };
  const byCode = await press(app, refused, "Sign in", proof);
  expect([byCode.status, headingOf(byCode)]).toEqual([303, doneHeadings["magic-link"]]);

  await press(app, start, "Send e-mail", { entered, headers: { ...sameOrigin, cookie } });
  const second = await mailOfKind(app, "magic-link", email, 2);
  const own = await openPage(app, second.link, { cookie });
  const done = await press(app, own, "Sign in", { headers: { ...sameOrigin, cookie } });
  expect([done.status, headingOf(done)]).toEqual([303, doneHeadings["magic-link"]]);
});

// security 15
test("the response with the cookie is the same for a known and an unknown address", async () => {
  const { email: known } = await registerVerified(app);
  const answers = [];
  for (const email of [known, freshEmail()]) {
    const headers = sameOrigin;
    const answer = await app.post("/api/v1/auth/magic-link", { email }, { headers });
    const value = deviceCookie(answer);
    expect(value).toMatch(/^gatehouse_device=[\w-]{22}$/);
    expect(answer.headers.getSetCookie().join()).toMatch(/HttpOnly.*SameSite=Lax/);
    answers.push(visibleResponse(answer, maskTimestamp).replace(value, "DEVICE"));
  }
  expect(answers[0]).toBe(answers[1] ?? "");
});

// Attack: a request for a link gives an attacker the counts of a device that the user has signed in on.
// part of security 19
test("the cookie of a request makes the browser a known device of no one", async () => {
  const { email } = await registerVerified(app);
  const { cookie } = await ask(app, email, sameOrigin);
  const logIn = (password: string) =>
    app.post("/api/v1/auth/login", { email, password }, { headers: { cookie } });
  for (let attempts = 0; attempts < 3; attempts += 1) await logIn("Wrong-Password-1");
  expect((await logIn(goodPassword)).status).toBe(401);
  const elsewhere = await app.post("/api/v1/auth/login", { email, password: goodPassword });
  expect(elsewhere.status).toBe(401);
});

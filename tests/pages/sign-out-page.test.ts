import { describe, expect, test } from "bun:test";

import {
  browserHeaders,
  sessionCookieOf,
  signUpInBrowser,
  statusInBrowser,
} from "../support/browser-session.ts";
import { databaseKinds } from "../support/databases.ts";
import { headingOf, openPage, press } from "../support/page-forms.ts";
import { cookieOf } from "../support/refresh-cookie.ts";
import { useTestApp } from "../support/test-app.ts";

const appOrigin = "https://app.example.com";

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({
    database,
    settings: { ALLOWED_ORIGINS: appOrigin, REFRESH_TOKEN_COOKIE: "true" },
  });

  // Attack: an image or a link of another website signs the user out.
  // security 119
  test("opening the page signs no one out", async () => {
    const { email, token } = await signUpInBrowser(app);
    for (const method of ["GET", "HEAD"]) {
      const answer = await app.call(method, "/sign-out", { headers: browserHeaders(token) });
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
      if (method === "GET") expect(answer.text).toContain(`You are signed in as ${email}.`);
    }
    expect(await statusInBrowser(app, token)).toBe(200);
  });

  // security 115
  test("the button ends the session at once, deletes every cookie of it, and leads on", async () => {
    const { userId, token } = await signUpInBrowser(app);
    const headers = browserHeaders(token);
    const target = `${appOrigin}/bye`;
    const path = `/sign-out?return_to=${encodeURIComponent(target)}`;
    const page = await openPage(app, path, headers);
    const done = await press(app, page, "Sign out", { headers });
    expect([done.status, headingOf(done)]).toEqual([303, `http://localhost:8000${path}`]);
    expect(sessionCookieOf(done)?.value).toBe("");
    expect(cookieOf(done)?.value).toBe("");
    expect(await statusInBrowser(app, token)).toBe(401);
    const rows = await app.rows(
      `select action from audit_log where user_id = '${userId}' and action = 'session.logout'`,
    );
    expect(rows).toHaveLength(1);
    const shown = await openPage(app, path, headers);
    expect([shown.status, headingOf(shown)]).toEqual([200, "You are signed out"]);
    expect(shown.text).toContain(`href="${target}"`);
    const again = await press(app, page, "Sign out", { headers });
    expect(again.status).toBe(303);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 60
  test("another address to return to is ignored", async () => {
    const { text } = await openPage(app, "/sign-out?return_to=https://evil.example/");
    expect(text).not.toContain("evil");
  });
});

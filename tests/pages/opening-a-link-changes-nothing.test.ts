import { expect, test } from "bun:test";

import { untilBackgroundWorkIsDone } from "../support/background-work.ts";
import { databaseDump } from "../support/database-dump.ts";
import {
  canSignIn,
  doneHeadings,
  getLink,
  linkKinds,
  pressItsButton,
} from "../support/mailed-links.ts";
import { headingOf, openPage, pathFrom } from "../support/page-forms.ts";
import { useTestApp } from "../support/test-app.ts";

const scanners = [
  "Mozilla/5.0 (compatible; Microsoft Outlook SafeLinks)",
  "Barracuda Sentinel (EE)",
  "Mimecast URL Protect",
  "GoogleImageProxy",
  "facebookexternalhit/1.1",
  "WhatsApp/2.23",
  "Slackbot-LinkExpanding 1.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15",
];
const html = "text/html; charset=utf-8";

const app = useTestApp();

// Attack: mail scanners and previews open every link, and would use it or act for the user.
// security 58
test.each([...linkKinds])(
  "GET and HEAD of the link of %s by scanners, three times each, change nothing; then the page's button works",
  async (kind) => {
    const { email, link } = await getLink(app, kind);
    await untilBackgroundWorkIsDone(app);
    const before = await databaseDump(app);
    for (const userAgent of scanners) {
      for (const method of ["HEAD", "GET", "HEAD", "GET", "GET", "HEAD"]) {
        const headers = { "user-agent": userAgent, purpose: "prefetch" };
        const answer = await app.call(method, pathFrom(link), { headers });
        expect([method, answer.status]).toEqual([method, 200]);
        expect(answer.headers.get("content-type")).toBe(html);
        expect(answer.headers.get("location")).toBeNull();
        expect(answer.headers.get("set-cookie")).toBeNull();
      }
    }
    expect(await databaseDump(app)).toBe(before);

    const done = await pressItsButton(app, await openPage(app, link));
    expect(done.status).toBe(kind === "magic-link" ? 303 : 200);
    expect(headingOf(done)).toBe(doneHeadings[kind]);
    expect(await canSignIn(app, kind, email)).toBe(true);
  },
);

test.each([...linkKinds])(
  "the link of %s returns a page, also if a mail program changed it",
  async (kind) => {
    const withoutToken = kind === "change-email" ? 400 : 200;
    for (const [search, status] of [
      ["", withoutToken],
      ["?token=", 400],
      ["?tok=a", withoutToken],
      ["?token=a&token=b", 200],
      ["?token=a&utm_source=mail&fbclid=%ZZ", 200],
      ["?token[]=a", withoutToken],
      [`?token=${"x".repeat(5_000)}`, 200],
    ] as const) {
      const answer = await app.call("GET", `/${kind}${search}`);
      expect(answer.headers.get("content-type")).toBe(html);
      expect([search, answer.status]).toEqual([search, status]);
    }
    for (const token of ["", "x", "x".repeat(5_000), "\u0000", "%00"]) {
      const answer = await app.call("POST", `/${kind}`, { form: { token } });
      expect([answer.status, headingOf(answer)]).toEqual([400, "This link does not work"]);
    }
  },
);

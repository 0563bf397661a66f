import { expect, setSystemTime, test } from "bun:test";

import { AppError, type ErrorCode } from "../../src/kernel/errors.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import {
  doneHeadings,
  getLink,
  type LinkKind,
  linkKinds,
  pressItsButton,
} from "../support/mailed-links.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { formsOf, headingOf, openPage, press, type ShownPage } from "../support/page-forms.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

/** Runs `work` while every query fails with `code`. */
async function withDatabaseUnavailable<T>(work: () => Promise<T>, code: ErrorCode = "UNAVAILABLE") {
  const { db, dbForRequest } = app.platform;
  const broken = new Proxy(db, {
    get: () => {
      throw new AppError(code, "The service is temporarily unavailable.");
    },
  });
  Object.assign(app.platform, { dbForRequest: () => broken });
  try {
    return await work();
  } finally {
    Object.assign(app.platform, { dbForRequest });
  }
}

// Failure: the database restarts, or too many sign-ins wait, when the user presses the button.
test.each(
  linkKinds.flatMap((kind) => [[kind, "UNAVAILABLE"] as const, [kind, "OVERLOADED"] as const]),
)(
  "the button of %s during %s returns a page with the same button, which works afterwards",
  async (kind, code) => {
    const { link, token } = await getLink(app, kind);
    const page = await openPage(app, link);
    const unavailable = await withDatabaseUnavailable(() => pressItsButton(app, page), code);
    expect([unavailable.status, unavailable.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(unavailable.text).toContain("The service is not available right now.");
    expect(formsOf(unavailable.text)).toEqual(formsOf(page.text));
    expect(formsOf(unavailable.text)[0]?.fields["token"]).toBe(token);
    expect(headingOf(await pressItsButton(app, unavailable))).toBe(doneHeadings[kind]);
  },
);

// Failure: a double tap on a phone, or a reload of the response.
test.each(["verify-email", "change-email"] as const)(
  "pressing the button of %s again returns the same page, and the change is made once",
  async (kind) => {
    const { email, link } = await getLink(app, kind);
    const page = await openPage(app, link);
    for (const attempt of ["first", "second", "third"]) {
      const answer = await pressItsButton(app, page);
      expect([attempt, answer.status, headingOf(answer)]).toEqual([
        attempt,
        200,
        doneHeadings[kind],
      ]);
    }
    const type = kind === "verify-email" ? "user.email_verified" : "user.email_changed";
    const events = await app.rows(
      `select id from events where type = '${type}'
       and payload->'data'->>'email' = '${email}'`,
    );
    expect(events).toHaveLength(1);
  },
);

/** The response to a link with an unknown token. */
async function invalidLinkPage(kind: LinkKind): Promise<ShownPage> {
  const path = `/${kind}`;
  return { ...(await app.call("POST", path, { form: { token: "x" } })), path };
}

test.each(["verify-email", "magic-link", "reset-password"] as const)(
  "an invalid link of %s offers a new mail, whose link works",
  async (kind) => {
    const { email } = await getLink(app, kind);
    const sendMail = (page: ShownPage, address = email): Promise<ShownPage> =>
      press(app, page, formsOf(page.text)[0]?.button ?? "", { entered: { email: address } });
    await sendMail(await invalidLinkPage(kind));
    const second = await mailOfKind(app, kind, email, 2);

    const rejected = await invalidLinkPage(kind);
    expect([rejected.status, headingOf(rejected)]).toEqual([400, "This link does not work"]);
    const mistyped = await sendMail(rejected, "ada@example");
    expect(mistyped.status).toBe(400);
    expect(mistyped.text).toContain("This is not a complete e-mail address.");
    expect(mistyped.text).toContain('value="ada@example"');
    const unavailable = await withDatabaseUnavailable(() => sendMail(mistyped));
    expect([unavailable.status, formsOf(unavailable.text)[0]?.fields["email"]]).toEqual([
      503,
      email,
    ]);
    const resent = await sendMail(unavailable);
    expect([resent.status, headingOf(resent)]).toEqual([200, "Check your mailbox"]);
    const newest = await mailOfKind(app, kind, email, 3);
    expect(newest.link).not.toBe(second.link);
    const done = await pressItsButton(app, await openPage(app, newest.link));
    expect(headingOf(done)).toBe(doneHeadings[kind]);
  },
);

// Attack: the form that requests a mail reveals which addresses have an account.
// security 15
test.each(["verify-email", "magic-link", "reset-password"] as const)(
  "requesting a mail on the page of %s has the same response for every address",
  async (kind) => {
    const { email } = await getLink(app, kind);
    const invalid = await invalidLinkPage(kind);
    const answers = [];
    for (const address of [email, email.toUpperCase(), freshEmail()]) {
      const answer = await press(app, invalid, "Send a new e-mail", {
        entered: { email: address },
      });
      const { status, text } = answer;
      answers.push({ status, text: text.replaceAll(Bun.escapeHTML(address), "ADDRESS") });
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  },
);

test.each([...linkKinds])("an expired link of %s has its own page", async (kind) => {
  const { link } = await getLink(app, kind);
  const page = await openPage(app, link);
  setSystemTime(Date.now() + 25 * 3_600_000);
  try {
    const late = await pressItsButton(app, page);
    expect([late.status, headingOf(late)]).toEqual([400, "This link has expired"]);
  } finally {
    setSystemTime();
  }
});

test("a new address that another user has taken meanwhile has its own page, and nothing changes", async () => {
  const { email, link } = await getLink(app, "change-email");
  const page = await openPage(app, link);
  await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const taken = await pressItsButton(app, page);
  expect([taken.status, headingOf(taken)]).toEqual([409, "This address cannot be used"]);
});

test("a page is in the language of Accept-Language, and its HTML has that language tag", async () => {
  for (const [acceptLanguage, tag, heading] of [
    ["de-CH,de;q=0.9,en;q=0.8", "de", "Bestätigen Sie Ihre neue E-Mail-Adresse"],
    ["es", "es", "Confirme su nueva dirección de correo"],
    ["zh-CN,zh;q=0.9", "zh-Hans", "请确认您的新邮箱地址"],
    ["fr-FR", "en", "Confirm your new e-mail address"],
  ] as const) {
    const headers = { "accept-language": acceptLanguage };
    const page = await openPage(app, "/change-email?token=abc", headers);
    expect([headingOf(page), page.text.includes(`<html lang="${tag}">`)]).toEqual([heading, true]);
    const answer = await pressItsButton(app, page, headers);
    expect(answer.text).toContain(`<html lang="${tag}">`);
  }
});

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import {
  type MailingExecutable,
  publicUrl,
  registerByMail,
  signInTo,
  startMailingExecutable,
} from "../support/mailing-executable.ts";
import { mailsTo } from "../support/mailbox.ts";
import { doneHeadings, type LinkKind, linkKinds, pressItsButton } from "../support/mailed-links.ts";
import { headingOf, openPage, pathFrom } from "../support/page-forms.ts";
import { newPassword } from "../support/password-reset.ts";

setDefaultTimeout(60_000);

const scanner = { "user-agent": "Mozilla/5.0 (compatible; Microsoft Outlook SafeLinks)" };

/** Has a link mailed, and gives the address that its recipient signs in with after using it. */
const askFor: Record<LinkKind, (running: MailingExecutable) => Promise<string>> = {
  async "verify-email"(running) {
    const email = freshEmail();
    await running.post("/register", { email, password: goodPassword });
    return email;
  },
  async "magic-link"(running) {
    const { email } = await registerByMail(running);
    await running.post("/magic-link", { email });
    return email;
  },
  async "reset-password"(running) {
    const { email } = await registerByMail(running);
    await running.post("/password/reset", { email });
    return email;
  },
  async "change-email"(running) {
    const { email } = await registerByMail(running);
    const newEmail = freshEmail();
    const authorization = `Bearer ${await signInTo(running, email)}`;
    const change = { new_email: newEmail, password: goodPassword };
    await running.post("/email/change", change, { authorization });
    return newEmail;
  },
};

describe.each([...databaseKinds])("mails of the executable on %s", (database) => {
  let running: MailingExecutable;

  beforeAll(async () => {
    running = await startMailingExecutable(database);
  });

  afterAll(async () => {
    await running[Symbol.asyncDispose]();
  });

  // A mail scanner opens every link before the recipient sees the mail.
  // security 58
  test("each link still works after a scanner has opened it three times", async () => {
    const { server } = running;
    for (const kind of linkKinds) {
      const email = await askFor[kind](running);
      const { link, token } = await running.mailOf(kind, email);
      for (const method of ["HEAD", "GET", "HEAD", "GET", "HEAD", "GET"]) {
        const seen = await server.call(method, pathFrom(link), { headers: scanner });
        expect([kind, method, seen.status]).toEqual([kind, method, 200]);
        expect(seen.headers.get("set-cookie")).toBeNull();
        expect(seen.headers.get("referrer-policy")).toBe("no-referrer");
      }
      const pressed = await pressItsButton(server, await openPage(server, link));
      const done = kind === "magic-link" ? `${publicUrl}/account` : doneHeadings[kind];
      expect([kind, headingOf(pressed)]).toEqual([kind, done]);
      const password = kind === "reset-password" ? newPassword : goodPassword;
      expect(await signInTo(running, email, { password })).toStartWith("ey");
      expect(server.output.stdout + server.output.stderr).not.toContain(token);
    }
  });

  // Attack: the mail is requested under another host name, so that its link sends the token there.
  // security 59
  test("links of mails have the host of the settings, whatever host a request names", async () => {
    const evil = "evil.example";
    const headers = {
      host: evil,
      "x-forwarded-host": evil,
      "x-forwarded-proto": "http",
      forwarded: `host=${evil};proto=http`,
      "x-original-url": `//${evil}/`,
      origin: `https://${evil}`,
      referer: `https://${evil}/`,
    };
    const [email, newEmail] = [freshEmail(), freshEmail()];
    const ask = async (path: string, json: unknown, more = {}): Promise<void> => {
      const { status } = await running.post(path, json, { ...headers, ...more });
      expect(status).toBeWithin(200, 300);
    };
    await ask("/register", { email, password: goodPassword });
    const { token } = await running.mailOf("verify-email", email);
    await ask("/resend-verification", { email });
    await running.mailOf("verify-email", email, 2);
    await ask("/verify-email", { token });
    await ask("/magic-link", { email });
    const magic = await running.mailOf("magic-link", email);
    await ask("/magic-link/verify", { token: magic.token });
    await ask("/password/reset", { email });
    const reset = await running.mailOf("reset-password", email);
    await ask("/password/reset-confirm", { token: reset.token, password: newPassword });
    const bearer = await signInTo(running, email, { password: newPassword });
    const change = { new_email: newEmail, password: newPassword };
    await ask("/email/change", change, { authorization: `Bearer ${bearer}` });
    await running.mailOf("change-email", newEmail);
    await running.mailOf("password-changed", email);

    const mails = [
      ...(await mailsTo(running.mail, email)),
      ...(await mailsTo(running.mail, newEmail)),
    ];
    expect(mails.filter(({ raw }) => raw.replaceAll("=\r\n", "").includes(evil))).toEqual([]);
    const links = mails.filter(({ link }) => link !== "");
    expect(new Set(links.map(({ kind }) => kind)).size).toBe(4);
    const log = running.server.output.stdout + running.server.output.stderr;
    for (const { kind, link, token: linked, code, subject, recipients } of links) {
      expect(link).toBe(`${publicUrl}/${kind}?token=${linked}`);
      expect(recipients).toHaveLength(1);
      expect([log.includes(linked), subject.includes(linked)]).toEqual([false, false]);
      if (code !== "") expect(subject).not.toContain(code);
    }
    expect(new Set(mails.map(({ id }) => id)).size).toBe(mails.length);
  });
});

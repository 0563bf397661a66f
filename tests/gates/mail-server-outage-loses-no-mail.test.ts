import { expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { arrivedMail, openMail } from "../support/mailbox.ts";
import { registerByMail, signInTo, startMailingExecutable } from "../support/mailing-executable.ts";
import { race } from "../support/race.ts";

setDefaultTimeout(60_000);

const newcomers = 10;

/** The messages that a process could not deliver so far, by its log. */
function failed(output: { stdout: string }): Set<string> {
  const lines = output.stdout.matchAll(/"message":"([^"]+)".*"delivery failed/g);
  return new Set([...lines].map(([, id = ""]) => id));
}

// The bad day: the mail server is away while people register and recover, and the processes are replaced meanwhile.
test.each([...databaseKinds])(
  "on %s no mail is lost or sent twice while the mail server is down and the executable restarts",
  async (database) => {
    await using running = await startMailingExecutable(database);
    const { email } = await registerByMail(running);
    const bearer = await signInTo(running, email);
    const { port } = running.mail;
    await running.mail[Symbol.asyncDispose]();
    if (database === "postgres") await running.start();

    const emails = Array.from({ length: newcomers }, freshEmail);
    const newEmail = freshEmail();
    const answers = await race(newcomers, (index) => {
      const server = running.servers[index % running.servers.length] ?? running.server;
      const body = { email: emails[index], password: goodPassword };
      return server.post("/api/v1/auth/register", body);
    });
    answers.push(
      await running.post("/password/reset", { email }),
      await running.post("/magic-link", { email }),
      await running.post(
        "/email/change",
        { new_email: newEmail, password: goodPassword },
        { authorization: `Bearer ${bearer}` },
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([...emails.map(() => 201), 202, 202, 202]);
    // Of the three last each is a mail, and the old address is notified of the change as well.
    const expected = newcomers + 4;
    await eventually(
      () => running.servers.reduce((ids, { output }) => ids.union(failed(output)), new Set()).size,
      (size) => size === expected,
    );
    const stopped = await Promise.all(running.servers.map((server) => server.stop()));
    expect(stopped).toEqual(running.servers.map(() => 0));
    const next = await running.start();
    if (database === "postgres") await running.start();

    await using back: MailServer = await startMailServer({}, port);
    await eventually(
      () => back.received.length,
      (count) => count >= expected,
      30,
    );
    for (const newcomer of emails) {
      const { token } = await arrivedMail(back, "verify-email", newcomer);
      const verified = await next.post("/api/v1/auth/verify-email", { token });
      expect(verified.status).toBe(200);
    }
    const magic = await arrivedMail(back, "magic-link", email);
    const { token } = magic;
    const headers = { "user-agent": "A browser" };
    const signedIn = await next.call("POST", "/api/v1/auth/magic-link/verify", {
      json: { token },
      headers,
    });
    expect(signedIn.status).toBe(200);
    const change = await arrivedMail(back, "change-email", newEmail);
    const changed = await next.post("/api/v1/auth/email/change-confirm", { token: change.token });
    expect(changed.status).toBe(200);
    // Whatever was to come twice would be tried before this one, which is written last.
    await arrivedMail(back, "email-changed", email, 2);

    await Promise.all(running.servers.slice(stopped.length).map((server) => server.stop()));
    const left = await running.home.rows("select id from outbox where delivered_at is null");
    expect(left).toEqual([]);
    const mails = await Promise.all(back.received.map(openMail));
    expect(new Set(mails.map(({ id }) => id)).size).toBe(mails.length);
    const kinds = mails.map(({ kind, recipients }) => `${kind} ${recipients.join()}`).toSorted();
    expect(kinds).toEqual(
      [
        ...emails.map((newcomer) => `verify-email ${newcomer}`),
        `reset-password ${email}`,
        `magic-link ${email}`,
        `change-email ${newEmail}`,
        `email-changed ${email}`,
        `email-changed ${email}`,
      ].toSorted(),
    );
  },
);

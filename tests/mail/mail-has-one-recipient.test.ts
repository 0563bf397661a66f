import { expect, test } from "bun:test";
import PostalMime from "postal-mime";

import { systemClock } from "../../src/kernel/clock.ts";
import { createSmtpMailer } from "../../src/platform/mail/smtp.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { allMails } from "../support/mail-contents.ts";
import { startMailServer } from "../support/mail-server.ts";
import { queueMailFor } from "../support/queue-mail.ts";
import { startTestApp } from "../support/test-app.ts";

const hostileNames = [
  "Ada\r\nBcc: eve@evil.example",
  "Ada\nX-Gatehouse-Mail: evil\n\n<script>alert(1)</script>",
  'Ada" <eve@evil.example>, "Eve',
  "=?utf-8?q?Eve_=3Ceve=40evil=2Eexample=3E?=",
];

// Attack: whatever a name in the database holds, however it came there, a mail server sees one recipient and our headers.
// security 65
test("every mail to a user with a hostile name has one recipient, and no header from that name", async () => {
  await using server = await startMailServer();
  const from = { name: "Acme\r\nBcc: eve@evil.example", address: "no-reply@acme.test" };
  const mailer = createSmtpMailer(
    { host: "127.0.0.1", port: server.port, tls: "none", credentials: null, from },
    systemClock,
  );
  await using app = await startTestApp({ overrides: { mailer } });
  const email = freshEmail();
  const { json } = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const userId = String(json.data.user_id);
  let count = 1;
  for (const [index, name] of hostileNames.entries()) {
    const locale = ["en", "de", "es", "zh"][index];
    const literal = `convert_from(decode('${Buffer.from(name).toString("hex")}', 'hex'), 'utf8')`;
    await app.rows(
      `update users set name = ${literal}, locale = '${locale}' where id = '${userId}'`,
    );
    const mails = allMails.filter((_, turn) => turn % hostileNames.length === index);
    for (const { content } of mails) await queueMailFor(app, userId, { to: email, content });
    count += mails.length;
    await eventually(
      () => server.received.length,
      (received) => received >= count,
    );
  }

  expect(server.received).toHaveLength(count);
  for (const { recipients, sender, raw } of server.received) {
    expect([recipients, sender]).toEqual([[email], "no-reply@acme.test"]);
    const mail = await PostalMime.parse(raw);
    expect(mail.to).toEqual([{ address: email, name: "" }]);
    expect([mail.cc, mail.bcc, mail.replyTo]).toEqual([undefined, undefined, undefined]);
    const kinds = mail.headers.filter(({ key }) => key === "x-gatehouse-mail");
    expect(kinds.map(({ value }) => value)).not.toContain("evil");
    expect(kinds).toHaveLength(1);
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/evil|<script|alert/);
  }
}, 30_000);

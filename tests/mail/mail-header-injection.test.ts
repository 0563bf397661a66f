import { expect, test } from "bun:test";
import PostalMime from "postal-mime";

import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { SERVICE_NAME: "Acme Notes" } });

function register(details: Record<string, unknown>) {
  return app.post("/api/v1/auth/register", { password: goodPassword, ...details });
}

// Attack: an address that a mail library reads as two, or as a header.
// security 65
test.each([
  "ada@example.com\r\nBcc: eve@evil.example",
  "ada@example.com\nBcc: eve@evil.example",
  "ada@example.com%0d%0aBcc:eve@evil.example",
  "ada@example.com, eve@evil.example",
  "ada@example.com;eve@evil.example",
  "Eve <eve@evil.example>",
  "<ada@example.com>",
  "ada@example.com>,<eve@evil.example",
  '"ada\r\nBcc: eve@evil.example"@example.com',
  "<script>alert(1)</script>@example.com",
  "ada@<script>.com",
  `${"a".repeat(300)}@example.com`,
  "ada@example.com\u2028Bcc: eve@evil.example",
])("the address %j is refused everywhere, and no mail is sent", async (email) => {
  const mails = app.mailer.sent.length;
  const answers = [
    await register({ email }),
    await app.post("/api/v1/auth/resend-verification", { email }),
    await app.post("/api/v1/auth/verify", { email, code: "123456" }),
  ];
  for (const answer of answers) {
    expect([answer.status, answer.json.error.code]).toEqual([400, "INVALID_EMAIL"]);
    expect(answer.text).not.toContain("evil");
  }
  expect(app.mailer.sent.length).toBe(mails);
});

// security 65
test.each(["Ada\r\nBcc: eve@evil.example", "Ada\u0000", "Ada\u001b[31m", "Ada\ud800"])(
  "the name %j is refused",
  async (name) => {
    const answer = await register({ email: freshEmail(), name });
    expect([answer.status, answer.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(answer.json.error.details.field).toBe("name");
  },
);

// Attack: a stranger's address is registered under a name that is an advertisement, so that the service mails it.
// security 65
test.each([
  ["<script>alert(1)</script>", ""],
  ["eve@evil.example", ""],
  ['" <eve@evil.example>, "', ""],
  ["Win at https://evil.example", ""],
  ["evil.example", ""],
  ["Ada\u2028Bcc: eve@evil.example", ""],
  ["=?utf-8?q?Eve_=3Ceve=40evil=2Eexample=3E?=", ""],
  ["Ada Lovelace", "Ada Lovelace"],
  ["Žofie Nováková", "Žofie Nováková"],
])("a mail to a user named %j has one recipient, named %j", async (name, shown) => {
  const email = freshEmail();
  const registered = await register({ email, name });
  expect(registered.status).toBe(201);
  await mailTo(app, email);
  const sent = app.mailer.sent.filter(({ message }) => message.to.address === email);
  expect(sent).toHaveLength(1);

  const mail = await PostalMime.parse(sent[0]?.raw ?? "");
  expect(mail.to).toEqual([{ address: email, name: shown }]);
  expect([mail.cc, mail.bcc, mail.replyTo]).toEqual([undefined, undefined, undefined]);
  expect(mail.from).toMatchObject({ name: "Acme Notes" });
  expect(mail.subject).toBe("Confirm your e-mail address for Acme Notes");
  expect(mail.text).toStartWith(shown === "" ? "Hello,\n" : `Hello ${shown},\n`);
  for (const part of [mail.text, mail.html]) {
    expect(part).not.toMatch(/evil|<script/);
  }
});

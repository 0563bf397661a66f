import { beforeAll, expect, test } from "bun:test";

import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { mailOfKind, mailsOfKind } from "../support/mail-of-kind.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { untilRequestsAreHandled } from "../support/background-work.ts";
import { maskTimestamp, visibleResponse } from "../support/visible-response.ts";

const app = useTestApp();
let known: string;
let unverified: string;
let deleted: string;

beforeAll(async () => {
  known = (await registerVerified(app)).email;
  deleted = (await registerVerified(app)).email;
  await app.rows(`update users set deleted_at = now() where email = '${deleted}'`);
  unverified = freshEmail();
  await app.post("/api/v1/auth/register", { email: unverified, password: goodPassword });
});

// security 15
test("a request gets the same response for every address, and mails only existing users", async () => {
  const unknown = freshEmail();
  const answers = [];
  for (const email of [known, unverified, deleted, unknown]) {
    answers.push(
      visibleResponse(await app.post("/api/v1/auth/magic-link", { email }), maskTimestamp),
    );
  }
  for (const answer of answers) expect(answer).toBe(answers[0] ?? "");
  expect(answers[0]).toStartWith("[202,");
  await untilRequestsAreHandled(app);
  for (const email of [known, unverified]) await mailOfKind(app, "magic-link", email);
  for (const email of [deleted, unknown])
    expect(mailsOfKind(app, "magic-link", email)).toHaveLength(0);
});

// security 15
test("a wrong code gets the same response for every address", async () => {
  const answers = [];
  for (const email of [known, unverified, deleted, freshEmail()]) {
    answers.push(
      visibleResponse(await signInByMail(app, { email, code: "000000" }), maskTimestamp),
    );
  }
  for (const answer of answers) expect(answer).toBe(answers[0] ?? "");
  expect(answers[0]).toStartWith("[401,");
});

// security 16
test("every spelling of an address is the same address", async () => {
  const { email } = await registerVerified(app);
  const [local = "", domain = ""] = email.split("@");
  for (const [earlier, written] of [email.toUpperCase(), ` ${local}@EXAMPLE.com `].entries()) {
    expect((await app.post("/api/v1/auth/magic-link", { email: written })).status).toBe(202);
    await mailOfKind(app, "magic-link", email, earlier + 1);
  }
  for (const written of [`${local}＠${domain}`, `${local}\u200b@${domain}`, "no-address", ""]) {
    const { status, json } = await app.post("/api/v1/auth/magic-link", { email: written });
    expect([written, status, json.error.code]).toEqual([written, 400, "INVALID_EMAIL"]);
  }
});

// Attack: a magic link for another user whose mail leads to the attacker's host.
// security 59
test("the link comes from the settings, whatever host the request names", async () => {
  const { email } = await registerVerified(app);
  const headers = {
    host: "evil.example",
    "x-forwarded-host": "evil.example",
    forwarded: "host=evil.example",
  };
  const asked = await app.post("/api/v1/auth/magic-link", { email }, { headers });
  expect(asked.status).toBe(202);
  const { link, token, text, html } = await mailOfKind(app, "magic-link", email);
  expect(link).toBe(`http://localhost:8000/magic-link?token=${token}`);
  expect(text + html).not.toContain("evil");

  const settings = { LINK_MAGIC_LINK: "https://app.example.com/in" };
  await using own = await startTestApp({ settings });
  const mail = await askForMagicLink(own, (await registerVerified(own)).email);
  expect(mail.link).toBe(`https://app.example.com/in?token=${mail.token}`);
});

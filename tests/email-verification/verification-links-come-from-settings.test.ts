import { expect, test } from "bun:test";

import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { startTestApp } from "../support/test-app.ts";

// Attack: the victim's mail is requested under another host name, so that its link sends the token there.
// security 59
test.each([
  ["Host", { host: "evil.example" }],
  ["X-Forwarded-Host", { "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" }],
  ["Forwarded", { forwarded: "host=evil.example;proto=http" }],
  ["X-Original-URL", { "x-original-url": "//evil.example/", "x-rewrite-url": "//evil.example/" }],
  ["Origin and Referer", { origin: "https://evil.example", referer: "https://evil.example/" }],
])("%s does not change the links of a mail", async (_name, headers) => {
  await using app = await startTestApp({ settings: { PUBLIC_URL: "https://auth.example.com" } });
  const email = freshEmail();
  const registered = await app.post(
    "/api/v1/auth/register",
    { email, password: goodPassword },
    { headers },
  );
  expect(registered.status).toBe(201);
  await mailTo(app, email);
  const asked = await app.post("/api/v1/auth/resend-verification", { email }, { headers });
  expect(asked.status).toBe(202);
  await mailTo(app, email, 2);

  expect(app.mailer.sent).toHaveLength(2);
  for (const { message, raw } of app.mailer.sent) {
    expect(message.text).toMatch(/^https:\/\/auth\.example\.com\/verify-email\?token=[\w-]{27}$/m);
    expect(message.html).toContain('href="https://auth.example.com/verify-email?token=');
    expect(raw).not.toContain("evil");
  }
});

test("LINK_VERIFY_EMAIL leads to the operator's own page, which posts the token to the API", async () => {
  const settings = { LINK_VERIFY_EMAIL: "https://app.example.com/welcome/confirm" };
  await using app = await startTestApp({ settings });
  const email = freshEmail();
  await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const { link, token, text } = await mailTo(app, email);
  expect(link).toBe(`https://app.example.com/welcome/confirm?token=${token}`);
  expect(text).not.toContain("localhost");
  expect((await app.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
});

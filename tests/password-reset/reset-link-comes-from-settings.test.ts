import { expect, test } from "bun:test";

import { registerVerified } from "../support/journey.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { startTestApp } from "../support/test-app.ts";

// Attack: the victim's reset is requested under another host name, so that its link sends the token there.
// security 59
test.each([
  ["Host", { host: "evil.example" }],
  ["X-Forwarded-Host", { "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" }],
  ["Forwarded", { forwarded: "host=evil.example;proto=http" }],
  ["Origin and Referer", { origin: "https://evil.example", referer: "https://evil.example/" }],
])("%s does not change the links of the mail", async (_name, headers) => {
  await using app = await startTestApp({ settings: { PUBLIC_URL: "https://auth.example.com" } });
  const { email } = await registerVerified(app);
  const asked = await app.post("/api/v1/auth/password/reset", { email }, { headers });
  expect(asked.status).toBe(202);
  const { text, html, link, token } = await mailOfKind(app, "reset-password", email);
  expect(token).toMatch(/^[\w-]{27}$/);
  expect(link).toBe(`https://auth.example.com/reset-password?token=${token}`);
  expect(html).toContain(`href="https://auth.example.com/reset-password?token=${token}"`);
  expect(text + html).not.toContain("evil");
});

test("LINK_RESET_PASSWORD leads to the operator's own page", async () => {
  const settings = { LINK_RESET_PASSWORD: "https://app.example.com/new-password" };
  await using app = await startTestApp({ settings });
  const { email } = await registerVerified(app);
  await app.post("/api/v1/auth/password/reset", { email });
  const { link, token, text } = await mailOfKind(app, "reset-password", email);
  expect(link).toBe(`https://app.example.com/new-password?token=${token}`);
  expect(text).not.toContain("localhost");
});

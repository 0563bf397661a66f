import { expect, test } from "bun:test";

import { challengeLink } from "../../src/features/email-challenges/index.ts";
import { anonymousAt, challengePurposes } from "../support/challenges.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({
  settings: { PUBLIC_URL: "https://auth.example.com", MAIL_TRANSPORT: "none" },
});

const token = "a_B-9+/&?#";

// security 59
test.each([...challengePurposes])("the link for %s leads to the page of that name", (purpose) => {
  const link = challengeLink(anonymousAt(app), purpose, token);
  expect(link).toBe(`https://auth.example.com/${purpose}?token=${encodeURIComponent(token)}`);
  expect(new URL(link).searchParams.get("token")).toBe(token);
});

// security 59
test.each([
  ["verify-email", "linkVerifyEmail"],
  ["magic-link", "linkMagicLink"],
  ["reset-password", "linkResetPassword"],
  ["change-email", "linkChangeEmail"],
] as const)("the link for %s leads to the operator's page where one is set", (purpose, setting) => {
  const ctx = anonymousAt(app);
  const settings = { ...ctx.settings, [setting]: "https://app.example.com/welcome" };
  for (const other of challengePurposes) {
    const link = new URL(challengeLink({ ...ctx, settings }, other, token));
    expect(link.host === "app.example.com").toBe(other === purpose);
    expect(link.searchParams.get("token")).toBe(token);
  }
});

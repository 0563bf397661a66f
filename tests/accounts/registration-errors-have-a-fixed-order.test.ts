import { beforeAll, describe, expect, test } from "bun:test";

import { goodPassword, registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let taken: { email: string; username: string };

beforeAll(async () => {
  const username = "ada.lovelace";
  taken = { username, email: (await registerVerified(app, { username })).email };
});

const fine = { email: "grace@example.com", password: goodPassword };
const weak = { password: "short", password_confirmation: "short" };
const mismatch = { password_confirmation: "Another-Password-1!" };
const invalid = { email: "grace at example.com" };

const faults: [string, () => Record<string, unknown>, string, unknown][] = [
  [
    "a field of the wrong form, before anything that takes thought",
    () => ({ ...fine, ...invalid, ...mismatch, username: "x" }),
    "VALIDATION_ERROR",
    { field: "username", issue: expect.any(String) },
  ],
  [
    "fields that are missing, all of them",
    () => ({ username: "grace" }),
    "VALIDATION_ERROR",
    {
      field: "email",
      issue: "Is required.",
      errors: [
        { field: "email", issue: "Is required." },
        { field: "password", issue: "Is required." },
      ],
    },
  ],
  [
    "a field that users cannot assign",
    () => ({ ...fine, email_verified: true }),
    "VALIDATION_ERROR",
    { field: "email_verified", issue: "Is not a known field." },
  ],
  [
    "an address that is none",
    () => ({ ...fine, ...invalid, ...mismatch }),
    "INVALID_EMAIL",
    { field: "email", issue: "Not a valid e-mail address." },
  ],
  [
    "a confirmation that differs",
    () => ({ ...fine, ...weak, ...mismatch }),
    "PASSWORD_MISMATCH",
    { field: "password_confirmation", issue: "Passwords do not match." },
  ],
  [
    "a weak password, before saying whether the address is taken",
    () => ({ ...taken, ...weak }),
    "WEAK_PASSWORD",
    {
      field: "password",
      issue: "The password must have at least 8 characters.",
      errors: expect.arrayContaining([
        { field: "password", issue: "The password must contain an upper-case letter." },
      ]),
    },
  ],
  [
    "an address that is taken, before the username",
    () => ({ ...fine, ...taken }),
    "DUPLICATE_EMAIL",
    { field: "email", issue: "Already registered." },
  ],
  [
    "a username that is taken",
    () => ({ ...fine, username: taken.username }),
    "DUPLICATE_USERNAME",
    { field: "username", issue: "Already taken." },
  ],
];

describe("an invalid registration is refused for", () => {
  test.each(faults)("%s", async (_name, bodyOf, code, details) => {
    const before = await app.rows("select count(*)::int as users from users");
    const mails = app.mailer.sent.length;
    const body = bodyOf();
    const answer = await app.post("/api/v1/auth/register", body);

    expect([answer.status, answer.json]).toEqual([
      400,
      {
        success: false,
        error: { code, message: expect.any(String), details },
        timestamp: expect.stringMatching(/Z$/),
      },
    ]);
    // The response repeats no input, and reveals nothing of the account that has the address.
    for (const value of Object.values(body))
      expect(answer.text).not.toContain(`"${String(value)}"`);
    expect(await app.rows("select count(*)::int as users from users")).toEqual(before);
    expect(app.mailer.sent.length).toBe(mails);
  });
});

test("the password confirmation is optional", async () => {
  const answer = await app.post("/api/v1/auth/register", fine);
  expect(answer.status).toBe(201);
});

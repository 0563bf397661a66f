import { describe, expect, test } from "bun:test";

import { freshEmail, logIn } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({
  settings: { PASSWORD_REQUIRE: "", REQUIRE_EMAIL_VERIFICATION: "false" },
});

/** Registers with a password and gives the address. */
async function registerWith(password: string): Promise<string> {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password });
  expect([password, answer.status]).toEqual([password, 201]);
  return email;
}

async function statusWith(email: string, password: string): Promise<number> {
  return (await logIn(app, { email, password })).status;
}

describe("length", () => {
  // security 1
  test("seven characters are too few, however many bytes they have; 64 emoji are accepted", async () => {
    for (const password of ["zqxwvut", "🦉".repeat(7)]) {
      const answer = await app.post("/api/v1/auth/register", { email: freshEmail(), password });
      expect([answer.status, answer.json.error.code]).toEqual([400, "WEAK_PASSWORD"]);
      expect(answer.json.error.details).toEqual({
        field: "password",
        issue: "The password must have at least 8 characters.",
      });
    }
    const owls = "🦉".repeat(64);
    expect(await statusWith(await registerWith(owls), owls)).toBe(200);
  });

  // Attack: bcrypt itself reads 72 bytes and no more.
  // security 2
  test("what comes after 72 bytes counts", async () => {
    const stem = "a".repeat(72);
    const email = await registerWith(`${stem}X`);
    expect(await statusWith(email, stem)).toBe(401);
    expect(await statusWith(email, `${stem}Y`)).toBe(401);
    expect(await statusWith(email, `${stem}XX`)).toBe(401);
    expect(await statusWith(email, `${stem}X`)).toBe(200);
  });
});

describe("characters that bcrypt confuses", () => {
  // security 3
  test.each(["ab\u0000ab-long-enough", "\ud800-long-enough", "tab\tin-between", "bell\u0007-ends"])(
    "%j cannot be chosen",
    async (password) => {
      const email = freshEmail();
      const answer = await app.post("/api/v1/auth/register", { email, password });
      expect([answer.status, answer.json.error.code]).toEqual([400, "WEAK_PASSWORD"]);
      expect(await app.rows(`select id from users where email = '${email}'`)).toEqual([]);
    },
  );

  // Attack: for bcrypt "x" and "x\0x" are one password, and so are a lone surrogate and U+FFFD.
  // security 3
  test("they never sign in in place of other characters", async () => {
    const plain = await registerWith("qzxwvutk");
    for (const password of ["qzxwvutk\u0000qzxwvutk", "qzxwvutk\u0000", "\u0000", ""]) {
      expect([password, await statusWith(plain, password)]).toEqual([password, 401]);
    }
    const replaced = await registerWith("\ufffd-long-enough");
    expect(await statusWith(replaced, "\ud800-long-enough")).toBe(401);
    expect(await statusWith(replaced, "\ufffd-long-enough")).toBe(200);
  });
});

// Bad day: the same person on another keyboard, which composes accents differently.
// security 4
test("composed and decomposed accents are the same password; case and blanks are not dropped", async () => {
  const email = await registerWith(" Un café crème ");
  expect(await statusWith(email, " Un cafe\u0301 cre\u0300me ")).toBe(200);
  expect(await statusWith(email, " un café crème ")).toBe(401);
  expect(await statusWith(email, "Un café crème")).toBe(401);
});

// security 6
test("without required kinds of characters, blanks, emoji and long pasted texts are accepted", async () => {
  for (const password of ["all lower case words", "🦉 🦊 🦝 🦨 ~", "correct horse ".repeat(18)]) {
    await registerWith(password);
  }
});

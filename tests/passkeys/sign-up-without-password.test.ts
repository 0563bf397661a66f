import { describe, expect, test } from "bun:test";

import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { addPasskey, signInWithPasskey } from "../support/passkeys.ts";
import { databaseKinds } from "../support/databases.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

function signUpWithoutPassword(app: TestApp, email: string, details: object = {}) {
  return app.post("/api/v1/auth/register", { email, ...details });
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings: { PASSWORDLESS_SIGN_UP: "true" } });

  test("a user registers without a password, verifies the address, and adds a passkey", async () => {
    const email = freshEmail();
    const registered = await signUpWithoutPassword(app, email, { name: "Ada" });
    expect(registered.status).toBe(201);
    const { user_id: userId } = registered.json.data;
    expect(Object.keys(registered.json.data).toSorted()).toEqual(["email", "message", "user_id"]);
    const { kind, code } = await mailTo(app, email);
    expect(kind).toBe("verify-email");
    expect((await app.post("/api/v1/auth/verify", { email, code })).status).toBe(200);
    const { token } = await askForMagicLink(app, email);
    const signedIn = await signInByMail(app, { token });
    const { passkey } = await addPasskey(app, signedIn.json.data.access_token);
    const answer = await signInWithPasskey(app, passkey);
    expect([answer.status, answer.json.data.user_id]).toEqual([200, userId]);
    expect(answer.json.data.user).toMatchObject({ name: "Ada", email_verified: true });
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("one mailed sign-in is enough: it verifies the address as well", async () => {
    const email = freshEmail();
    await signUpWithoutPassword(app, email);
    const { code } = await askForMagicLink(app, email);
    const signedIn = await signInByMail(app, { email, code });
    expect(signedIn.json.data.user).toMatchObject({ email_verified: true });
    await addPasskey(app, signedIn.json.data.access_token);
  });
});

describe("on postgres", () => {
  const app = useTestApp({ settings: { PASSWORDLESS_SIGN_UP: "true" } });

  // part of security 9, 12: nothing tells such an account from one that does not exist
  test("an account without a password is signed in by no password", async () => {
    const email = freshEmail();
    await signUpWithoutPassword(app, email);
    const answers = [
      await app.post("/api/v1/auth/login", { email, password: goodPassword }),
      await app.post("/api/v1/auth/login", { email: freshEmail(), password: goodPassword }),
    ];
    expect(answers.map(({ status, json }) => [status, json.error.code])).toEqual([
      [401, "INVALID_CREDENTIALS"],
      [401, "INVALID_CREDENTIALS"],
    ]);
  });

  test("a confirmation without a password, and a weak password, are refused", async () => {
    for (const details of [{ password_confirmation: goodPassword }, { password: "" }]) {
      expect((await signUpWithoutPassword(app, freshEmail(), details)).status).toBe(400);
    }
  });

  // Attack: an address alone would give tokens for an account of that address.
  test("no tokens are given without a proof, also where no verification is required", async () => {
    const lenient = await app.replica({ REQUIRE_EMAIL_VERIFICATION: "false" });
    const answer = await signUpWithoutPassword(lenient, freshEmail());
    expect([answer.status, answer.json.data.access_token]).toEqual([201, undefined]);
    const withPassword = await signUpWithoutPassword(lenient, freshEmail(), {
      password: goodPassword,
    });
    expect(withPassword.json.data.access_token).toBeString();
  });

  test("registrations without a password count as others", async () => {
    const limited = await app.replica({ RATE_LIMITS_ENABLED: "true" });
    for (let count = 0; count < 10; count += 1) {
      expect((await signUpWithoutPassword(limited, freshEmail())).status).toBe(201);
    }
    expect((await signUpWithoutPassword(limited, freshEmail())).status).toBe(429);
  });

  test("a password is required unless the setting says otherwise", async () => {
    const strict = await app.replica({ PASSWORDLESS_SIGN_UP: "false" });
    const answer = await signUpWithoutPassword(strict, freshEmail());
    expect([answer.status, answer.json.error]).toEqual([
      400,
      {
        code: "VALIDATION_ERROR",
        message: "The request is not valid.",
        details: { field: "password", issue: "Is required." },
      },
    ]);
  });

  test("where accounts are concealed, a taken address gets the same response", async () => {
    const concealing = await app.replica({ CONCEAL_ACCOUNTS: "true" });
    const email = freshEmail();
    const answers = [
      await signUpWithoutPassword(concealing, email),
      await signUpWithoutPassword(concealing, email),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });
});

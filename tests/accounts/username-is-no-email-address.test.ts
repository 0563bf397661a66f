import { beforeAll, describe, expect, test } from "bun:test";

import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let ada: { userId: string; email: string };

beforeAll(async () => {
  ada = await registerVerified(app, { username: "Kay.Ada" });
});

function register(username: unknown) {
  return app.post("/api/v1/auth/register", {
    email: freshEmail(),
    password: goodPassword,
    username,
  });
}

function logIn(identifier: Record<string, unknown>) {
  return app.post("/api/v1/auth/login", { ...identifier, password: goodPassword });
}

function grant(username: string) {
  const form = { grant_type: "password", username, password: goodPassword };
  return app.call("POST", "/oauth/token", { form });
}

// Attack: a username that is another user's address, to receive what is meant for that user.
// security 17
test.each([
  ["an address", () => ada.email],
  ["an @ at its end", () => "ada@"],
  ["a fullwidth @", () => "ada＠example.com"],
  ["the Kelvin sign", () => "\u212aay.Ada"],
  ["a blank", () => "kay ada"],
  ["an invisible character", () => "kay\u200b.ada"],
  ["a NUL byte", () => "kay\u0000"],
  ["a slash", () => "kay/ada"],
  ["one character", () => "k"],
  ["65 characters", () => "k".repeat(65)],
  ["a dot before it", () => ".kay"],
  ["nothing", () => ""],
])("%s cannot be a username", async (_name, username) => {
  const answer = await register(username());
  expect([answer.status, answer.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
  expect(answer.json.error.details.field).toBe("username");
});

describe("signing in by username", () => {
  // security 17
  test("accepts any case, keeps the spelling, and refuses the same username in another case", async () => {
    for (const username of ["Kay.Ada", "kay.ada", "KAY.ADA"]) {
      const answer = await logIn({ username });
      expect([answer.status, answer.json.data.user.username]).toEqual([200, "Kay.Ada"]);
      expect((await grant(username)).status).toBe(200);
      const second = await register(username);
      expect([second.status, second.json.error.code]).toEqual([400, "DUPLICATE_USERNAME"]);
    }
  });

  // security 16
  test("does not accept a look-alike", async () => {
    for (const username of ["\u212aay.Ada", "kay.ad\u0430", "kay.ada\u200b", " kay.ada"]) {
      const answer = await logIn({ username });
      expect([username, answer.status]).toEqual([username, 401]);
    }
    const refused = await grant("\u212aay.Ada");
    expect([refused.status, refused.json.error]).toEqual([400, "invalid_grant"]);
  });

  test("accepts the address in the same field, at both endpoints", async () => {
    const answer = await logIn({ username: ada.email.toUpperCase() });
    expect([answer.status, answer.json.data.user_id]).toEqual([200, ada.userId]);
    expect((await grant(ada.email)).status).toBe(200);
    const malformed = await logIn({ username: "ada@" });
    expect([malformed.status, malformed.json.error.code]).toEqual([400, "INVALID_EMAIL"]);
    expect(malformed.json.error.details.field).toBe("username");
  });

  // Bad day: what no database can store must not become a 500.
  // security 18, 104
  test("responds 400 to a string that cannot be a username", async () => {
    for (const username of [
      "kay\u0000",
      "kay\ud800",
      "",
      "k".repeat(300),
      7,
      null,
      ["kay"],
      { $ne: 1 },
    ]) {
      const answer = await logIn({ username });
      expect([answer.status, answer.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    }
    const refused = await grant("kay\u0000");
    expect([refused.status, refused.json.error]).toEqual([400, "invalid_request"]);
  });

  // security 18
  test("with both an address and a username, or with neither, is refused", async () => {
    for (const identifier of [{ email: ada.email, username: "kay.ada" }, {}]) {
      const answer = await logIn(identifier);
      expect([answer.status, answer.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    }
  });
});

import { beforeAll, expect, test } from "bun:test";

import { freshEmail, goodPassword, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";
import { type HasherWork, watchHasher } from "../support/watch-hasher.ts";

const app = useTestApp();
let email: string;
let accessToken: string;
let work: HasherWork;

beforeAll(async () => {
  ({ email, accessToken } = await signUp(app));
  work = watchHasher(app);
});

// Attack: passwords that take long to hash, for the price of sending them.
// security 10
test.each([
  ["a megabyte", 1_000_000, 413],
  ["5,000 characters", 5_000, 400],
])("%s is refused before any hashing, at every endpoint", async (_name, length, status) => {
  const password = `Aa1!${"x".repeat(length)}`;
  const answers = [
    await app.post("/api/v1/auth/register", { email: freshEmail(), password }),
    await app.post("/api/v1/auth/login", { email, password }),
    await app.call("POST", "/oauth/token", {
      form: { grant_type: "password", username: email, password: password.repeat(2) },
    }),
    await app.post("/api/v1/auth/password/reset-confirm", { token: "x", password }),
    await app.post(
      "/api/v1/auth/password/change",
      { current_password: password, new_password: goodPassword },
      { bearer: accessToken },
    ),
  ];
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => status));
  for (const { text } of answers) expect(text.length).toBeLessThan(1_000);
  expect(work).toEqual({ hashed: 0, compared: [] });
});

// security 10
test("a new password of more than 256 characters is refused before any hashing", async () => {
  const password = `Aa1!${"x".repeat(253)}`;
  const answer = await app.post("/api/v1/auth/register", { email: freshEmail(), password });
  expect([answer.status, answer.json.error.code]).toEqual([400, "WEAK_PASSWORD"]);
  expect(work.hashed).toBe(0);
});

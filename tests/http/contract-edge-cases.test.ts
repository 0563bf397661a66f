import { expect, test } from "bun:test";

import { freshEmail, goodPassword, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

test("a token that is longer than any token of Gatehouse is an invalid token, not a validation error", async () => {
  const token = "a".repeat(20_000);
  const validated = await app.post("/api/v1/auth/validate-token", { token });
  expect([validated.status, validated.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  const refreshed = await app.post("/api/v1/auth/refresh", { refresh_token: token });
  expect([refreshed.status, refreshed.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
});

test("an empty form is a form without fields", async () => {
  const token = await app.call("POST", "/oauth/token", { form: {} });
  expect([token.status, token.json.error, token.json.error_description]).toEqual([
    400,
    "invalid_request",
    "grant_type: Is required.",
  ]);
  const page = await app.call("POST", "/verify-email", { form: {} });
  expect([page.status, page.headers.get("content-type")]).toEqual([
    400,
    "text/html; charset=utf-8",
  ]);
});

test("validation errors name the field that was sent", async () => {
  const granted = await app.call("POST", "/oauth/token", {
    form: { grant_type: "password", username: "ada@@", password: "x" },
  });
  expect(granted.json.error_description).toStartWith("username:");
  const empty = await app.post("/api/v1/auth/verify-email", { token: "" });
  expect(empty.json.error.details).toEqual({ field: "token", issue: "Must not be empty." });
});

// The attack: a name that reverses the rest of the line wherever it is shown.
test("a name with control characters or marks of direction is refused", async () => {
  for (const name of ["x\u202ey", "x\u2066y", "x\u009by", "x\u007fy"]) {
    const body = { email: freshEmail(), password: goodPassword, name };
    const answer = await app.post("/api/v1/auth/register", body);
    expect([answer.status, answer.json.error.details.field]).toEqual([400, "name"]);
  }
});

test("the signed-in user sees their profile fields", async () => {
  const user = await signUp(app, { name: "Ada" });
  const me = await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
  expect(me.json.data).toMatchObject({
    name: "Ada",
    phone: null,
    avatar_url: null,
    locale: null,
    metadata: {},
  });
});

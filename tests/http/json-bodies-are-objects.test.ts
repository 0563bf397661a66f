import { beforeAll, expect, test } from "bun:test";

import { type SignedInUser, signUp } from "../support/journey.ts";
import { readOperations } from "../support/operations.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: SignedInUser;

beforeAll(async () => {
  user = await signUp(app);
});

const notObjects = ["null", "[]", '["refresh_token"]', "1", "true", '"refresh_token"', '""'];

// The framework validates an optional body only if it is an object with members, and would take these for no body at all.
test("a sign-out with a body that is no object is 400 and ends no session", async () => {
  for (const body of notObjects) {
    const answer = await app.call("POST", "/api/v1/auth/logout", {
      body,
      headers: { "content-type": "application/json" },
      bearer: user.accessToken,
    });
    const issue = "The body must be a JSON object.";
    expect([body, answer.status, answer.json.error.code, answer.json.error.details]).toEqual([
      body,
      400,
      "VALIDATION_ERROR",
      { field: "body", issue },
    ]);
  }
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
});

test("no JSON operation accepts a body that is no object", async () => {
  const { operations } = await readOperations(app);
  const taking = operations.filter(({ mediaType }) => mediaType === "application/json");
  expect(taking.length).toBeGreaterThan(15);
  for (const { method, numberedPath } of taking) {
    for (const body of notObjects) {
      const answer = await app.call(method, numberedPath, {
        body,
        headers: { "content-type": "application/json" },
        bearer: user.accessToken,
      });
      expect([numberedPath, body, answer.status]).toEqual([numberedPath, body, 400]);
    }
  }
});

// An empty body counts as no body.
test("a sign-out without a body, or with an empty one, is accepted", async () => {
  const empty = await app.call("POST", "/api/v1/auth/logout", {
    body: "",
    headers: { "content-type": "application/json" },
    bearer: user.accessToken,
  });
  expect(empty.status).toBe(200);
  const again = await app.call("POST", "/api/v1/auth/logout", { bearer: user.accessToken });
  expect(again.status).toBe(200);
});

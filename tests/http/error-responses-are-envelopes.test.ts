import { beforeAll, describe, expect, test } from "bun:test";

import { freshEmail, goodPassword, signUp } from "../support/journey.ts";
import { callWith, type Operation, readOperations } from "../support/operations.ts";
import { useTestApp } from "../support/test-app.ts";

const canary = "canary-7f3Q9z";

describe("responses below /api/v1", () => {
  const app = useTestApp();
  let operations: Operation[];

  beforeAll(async () => {
    ({ operations } = await readOperations(app));
  });

  test("a success is an envelope around its data", async () => {
    const user = await signUp(app);
    const answer = await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "application/json;charset=utf-8",
    ]);
    expect(answer.json).toEqual({
      success: true,
      data: expect.objectContaining({ id: user.userId }),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test("one fault is described by its field and issue", async () => {
    const answer = await app.post("/api/v1/auth/register", { email: freshEmail() });
    expect(answer.json).toEqual({
      success: false,
      error: {
        code: "VALIDATION_ERROR",
        message: "The request is not valid.",
        details: { field: "password", issue: "Is required." },
      },
      timestamp: expect.stringMatching(/Z$/),
    });
  });

  test("several faults are listed together, and the first is repeated in front", async () => {
    const answer = await app.post("/api/v1/auth/register", {
      email: 1,
      password: 1,
      username: "a",
      name: "a\u0000b",
      extra: true,
    });
    const { details } = answer.json.error;
    expect(details.errors).toHaveLength(5);
    expect(details).toMatchObject(details.errors[0]);
    expect(details.errors).toEqual(
      expect.arrayContaining([
        { field: "extra", issue: "Is not a known field." },
        { field: "email", issue: "Must be a string." },
        { field: "password", issue: "Must be a string." },
        { field: "username", issue: "Must have at least 2 characters." },
        { field: "name", issue: "Does not match the required format." },
      ]),
    );
  });

  test("faults are bounded, and an unknown field name that is long or odd is not repeated", async () => {
    const odd = Object.fromEntries(
      Array.from({ length: 900 }, (_, index) => [`${canary} ${"x".repeat(20)} ${index}`, index]),
    );
    const answer = await app.post("/api/v1/auth/register", odd);
    expect([answer.status, answer.text.includes(canary)]).toEqual([400, false]);
    expect(answer.text.length).toBeLessThan(1024);
    const many = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`f${index}`, 1]));
    const { json } = await app.post("/api/v1/auth/register", many);
    expect(json.error.details.errors).toHaveLength(20);
  });

  // The framework's own validation error prints what was received, the password included.
  test("no response to a bad request repeats a value of any of its fields", async () => {
    const bad = [
      canary,
      `${canary}\u0000`,
      `${canary}\ud800`,
      canary.repeat(800),
      `${canary}@example.com`,
      `"${canary}'<${canary}>`,
      { [canary]: canary },
      [canary],
    ];
    for (const operation of operations) {
      for (const field of Object.keys(operation.fields)) {
        for (const value of bad) {
          const others = Object.keys(operation.fields).map((name) => [name, canary]);
          const body = { ...Object.fromEntries(others), [field]: value };
          const answer = await app.call(
            operation.method,
            operation.numberedPath,
            callWith(operation, body),
          );
          const echoed = answer.text.includes(canary);
          expect([operation.path, field, answer.status < 500, echoed]).toEqual([
            operation.path,
            field,
            true,
            false,
          ]);
        }
      }
    }
  });

  test("no error response repeats the path, the query or a header", async () => {
    const headers = {
      authorization: `Bearer ${canary}`,
      cookie: `session=${canary}`,
      "x-forwarded-for": canary,
      "user-agent": canary,
      origin: `https://${canary}.example`,
      accept: canary,
      "content-type": canary,
    };
    for (const [method, path] of [
      ["GET", `/${canary}?${canary}=${canary}`],
      ["PUT", `/health?${canary}`],
      ["GET", `/api/v1/users/me?token=${canary}`],
      ["POST", `/api/v1/auth/login?email=${canary}`],
      ["POST", `/oauth/token?password=${canary}`],
      ["GET", `/oauth/${canary}`],
    ] as const) {
      const answer = await app.call(method, path, { headers });
      const sent = JSON.stringify([...answer.headers]) + answer.text;
      expect([path, answer.status >= 400, sent.includes(canary)]).toEqual([path, true, false]);
    }
  });

  test("a body that JSON.parse refuses is not quoted", async () => {
    for (const body of [
      `{"password": "${canary}"`,
      canary,
      `{"${canary}`,
      `{"password": ${canary}}`,
    ]) {
      const answer = await app.call("POST", "/api/v1/auth/login", {
        body,
        headers: { "content-type": "application/json" },
      });
      expect([body, answer.status, answer.text.includes(canary)]).toEqual([body, 400, false]);
    }
  });

  test("the reason why a password is refused does not contain the password", async () => {
    for (const password of [canary.toLowerCase(), `${canary}\u0007`, `${canary}\ud800`]) {
      const answer = await app.post("/api/v1/auth/register", { email: freshEmail(), password });
      expect([answer.json.error.code, answer.text.includes("canary")]).toEqual([
        "WEAK_PASSWORD",
        false,
      ]);
    }
    const answer = await app.post("/api/v1/auth/register", {
      email: freshEmail(),
      password: goodPassword,
      password_confirmation: `${goodPassword}x`,
    });
    expect([answer.json.error.code, answer.text.includes(goodPassword)]).toEqual([
      "PASSWORD_MISMATCH",
      false,
    ]);
  });
});

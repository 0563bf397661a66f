import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import {
  callWith,
  exampleBody,
  type Operation,
  readOperations,
  textFields,
} from "../support/operations.ts";
import { useTestApp } from "../support/test-app.ts";

/** Whether an operation takes JSON and has the errors of the API. The registration of clients has those of RFC 7591. */
const isOfApi = ({ mediaType, path }: Operation): boolean =>
  mediaType === "application/json" && !path.startsWith("/oauth/");

const wrong: readonly unknown[] = [
  { $ne: 1 },
  { $gt: "" },
  {},
  [],
  ["a@example.com"],
  [["a"]],
  1,
  0,
  -1.5,
  1e308,
  true,
  false,
  null,
];

describe("type confusion", () => {
  const app = useTestApp();
  let operations: Operation[];
  let bearer: string;

  beforeAll(async () => {
    ({ operations } = await readOperations(app));
    bearer = (await signInAdmin(app)).accessToken;
  });

  // The attack: a query object in the place of a string, an array that a driver spreads, a number that bcrypt fails on.
  // security 18
  test("no string field of any JSON route accepts another type", async () => {
    const taking = operations.filter(isOfApi);
    for (const operation of taking) {
      for (const [field, { nullable }] of textFields(operation)) {
        for (const value of wrong.filter((one) => one !== null || nullable !== true)) {
          const body = { ...exampleBody(operation), [field]: value };
          const answer = await app.call(operation.method, operation.numberedPath, {
            json: body,
            ...(operation.isPublic ? {} : { bearer }),
          });
          const { status, json } = answer;
          expect([operation.path, field, value, status]).toEqual([
            operation.path,
            field,
            value,
            400,
          ]);
          expect(json.error.code).toBe("VALIDATION_ERROR");
          const faults = json.error.details.errors ?? [json.error.details];
          expect(faults).toContainEqual({ field, issue: "Must be a string." });
        }
      }
    }
    expect(taking.length).toBeGreaterThan(5);
  });

  // security 18
  test("a sign-in names its user once: not by e-mail and username, not by a repeated key", async () => {
    const user = await registerVerified(app, { username: `u${Date.now().toString(36)}` });
    const { email, password } = user;
    for (const body of [
      JSON.stringify({ email, username: "someone", password }),
      JSON.stringify({ password }),
      `{"email":"${email}","email":"${email}","password":"${password}"}`,
      `{"email":"${email}","\\u0065mail":"${email}","password":"${password}"}`,
    ]) {
      const answer = await app.call("POST", "/api/v1/auth/login", {
        body,
        headers: { "content-type": "application/json" },
      });
      expect([body, answer.status, answer.json.error.code]).toEqual([
        body,
        400,
        "VALIDATION_ERROR",
      ]);
    }
    for (const repeated of [
      "grant_type=password",
      "username=x",
      "password=x",
      "unknown=1&unknown=2",
    ]) {
      const body = `grant_type=password&username=${email}&password=${encodeURIComponent(password)}&${repeated}`;
      const answer = await app.call("POST", "/oauth/token", {
        body,
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      expect([repeated, answer.status, answer.json.error]).toEqual([
        repeated,
        400,
        "invalid_request",
      ]);
    }
  });

  // security 94
  test.each([
    "role",
    "roles",
    "permissions",
    "isAdmin",
    "is_admin",
    "admin",
    "email_verified",
    "emailVerified",
    "email_verified_at",
    "id",
    "user_id",
    "userId",
    "deletedAt",
    "deleted_at",
    "created_at",
    "passwordHash",
    "password_hash",
    "__proto__",
    "constructor",
    "prototype",
    "toString",
  ])("%s cannot be assigned at the registration, and nothing is stored", async (field) => {
    const email = freshEmail();
    for (const value of ['"admin"', '["admin"]', "true", '{"roles":["admin"],"isAdmin":true}']) {
      const body = `{"email":"${email}","password":"${goodPassword}","${field}":${value}}`;
      const answer = await app.call("POST", "/api/v1/auth/register", {
        body,
        headers: { "content-type": "application/json" },
      });
      expect([value, answer.status, answer.json.error.details]).toEqual([
        value,
        400,
        { field, issue: "Is not a known field." },
      ]);
    }
    expect(await app.rows(`select id from users where email = '${email}'`)).toEqual([]);
    expect(Reflect.get({}, "isAdmin")).toBeUndefined();
  });

  // security 94
  test("no JSON route accepts an unknown field", async () => {
    // Browsers may add members to the JSON of a passkey (WebAuthn §5.8.9); what is not known is not read.
    const strict = operations.filter(
      (operation) => isOfApi(operation) && !/passkeys\/\w+\/verify$/.test(operation.path),
    );
    for (const operation of strict) {
      for (const field of ["role", "user_id", "__proto__"]) {
        const text = JSON.stringify(exampleBody(operation)).replace("{", `{"${field}":"admin",`);
        const answer = await app.call(operation.method, operation.numberedPath, {
          body: text.replace(",}", "}"),
          headers: { "content-type": "application/json" },
          ...(operation.isPublic ? {} : { bearer }),
        });
        expect([operation.path, field, answer.status]).toEqual([operation.path, field, 400]);
        const { details } = answer.json.error;
        const issue = "Is not a known field.";
        expect(details.errors ?? [details]).toContainEqual({ field, issue });
      }
    }
  });

  test("a form ignores unknown parameters (RFC 6749 §3.2), and assigns nothing from them", async () => {
    const user = await registerVerified(app);
    const token = operations.find(({ path }) => path === "/oauth/token");
    expect(token).toBeDefined();
    if (!token) return;
    const form = { grant_type: "password", username: user.email, password: user.password };
    const answer = await app.call(
      "POST",
      "/oauth/token",
      callWith(token, { ...form, roles: "admin", __proto__x: "1", constructor: "1", user_id: "1" }),
    );
    expect(answer.status).toBe(200);
    const me = await app.call("GET", "/api/v1/users/me", { bearer: answer.json.access_token });
    expect([me.json.data.id, me.json.data.roles]).toEqual([user.userId, ["user"]]);
  });
});

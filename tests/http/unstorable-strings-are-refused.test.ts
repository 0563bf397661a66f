import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf, writeFailures } from "../support/audit-rows.ts";
import { makeClient } from "../support/clients.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import {
  callWith,
  exampleBody,
  type Operation,
  readOperations,
  textFields,
} from "../support/operations.ts";
import { useTestApp } from "../support/test-app.ts";
import { rawRequest, rawText } from "./raw-request.ts";

/** Whether an operation takes JSON and has the errors of the API. The registration of clients has those of RFC 7591. */
const isOfApi = ({ mediaType, path }: Operation): boolean =>
  mediaType === "application/json" && !path.startsWith("/oauth/");

/** Other forms report a string that is no token as inactive, or not at all. */
const allowedStatuses: Readonly<Record<string, readonly number[]>> = {
  "/oauth/token": [400],
  "/oauth/userinfo": [400, 401],
};

// Postgres refuses a NUL byte in any string, a lone surrogate has no UTF-8, and an index entry has a maximum length.
const unstorable = [
  "a\u0000b",
  "\u0000",
  "a\ud800b",
  "\udc00\ud800",
  "x".repeat(10_001),
  "é".repeat(10_001),
];

/**
 * Refused like every wrong password or token: a description of the fault would disclose more (security 3, 46). A new
 * password of an account is validated once the token or the current password is right.
 */
const secretFields = new Set([
  "password",
  "password_confirmation",
  "current_password",
  "new_password",
  "new_password_confirmation",
  "token",
  "refresh_token",
  "client_secret",
]);

describe("a string that cannot be stored", () => {
  const app = useTestApp();
  let operations: Operation[];

  beforeAll(async () => {
    ({ operations } = await readOperations(app));
  });

  // security 104
  test("is refused in every string field of every JSON route, and nothing is stored", async () => {
    const { accessToken: bearer } = await signInAdmin(app);
    const before = await app.rows("select count(*) as count from users");
    for (const operation of operations.filter(isOfApi)) {
      for (const [field] of textFields(operation)) {
        for (const value of unstorable) {
          const body = { ...exampleBody(operation), [field]: value };
          const { status, json } = await app.call(operation.method, operation.numberedPath, {
            json: body,
            ...(operation.isPublic ? {} : { bearer }),
          });
          const allowed = secretFields.has(field) ? [400, 401, 200] : [400];
          expect([operation.path, field, value.slice(0, 3), allowed]).toEqual([
            operation.path,
            field,
            value.slice(0, 3),
            expect.arrayContaining([status]),
          ]);
          if (status === 200) expect(operation.path).toBe("/api/v1/auth/logout");
          else expect(json.success).toBe(false);
        }
      }
    }
    expect(await app.rows("select count(*) as count from users")).toEqual(before);
  });

  // security 104
  test("is refused in every parameter of every form, in the words of its RFC", async () => {
    const { authorization } = await makeClient(app);
    // The callback of social login has an envelope, and tests of its own (`callback-is-bound-to-its-start`).
    const forms = operations.filter(
      ({ mediaType, path }) => mediaType?.includes("form") && path.startsWith("/oauth/"),
    );
    for (const operation of forms) {
      const { client_id: _id, client_secret: _secret, ...rest } = exampleBody(operation);
      for (const field of Object.keys(operation.fields)) {
        for (const value of unstorable) {
          const { status, json } = await app.call(operation.method, operation.numberedPath, {
            ...callWith(operation, { ...rest, [field]: value }),
            headers: { authorization },
          });
          // A string that is no token is reported as inactive, or not at all (RFC 7662 §2.2, RFC 7009 §2.2).
          const allowed = allowedStatuses[operation.path] ?? [400, 200];
          expect([operation.path, field, allowed]).toEqual([
            operation.path,
            field,
            expect.arrayContaining([status]),
          ]);
          if (status !== 200) expect(json.error).toBeString();
          else expect([{ active: false }, undefined]).toContainEqual(json);
        }
      }
    }
  });

  // security 104
  test("causes no internal error in a path or a query", async () => {
    for (const [path, status] of [
      ["/api/v1/users/me%00", 404],
      ["/api/v1/users/%00", 404],
      ["/api/v1/users/%ed%a0%80", 404],
      ["/api/v1/users/%zz", 404],
      [`/${"x".repeat(9000)}`, 404],
      ["/health/live?%00=%00&a=%ff&b=%zz&%ed%a0%80", 200],
      [`/health/live?${"x".repeat(9000)}`, 200],
      ["/verify-email?token=%00", 200],
      ["/verify-email?token=%ed%a0%80&token=b", 200],
    ] as const) {
      const answer = await rawRequest(
        app.url,
        rawText([`GET ${path} HTTP/1.1`, "Host: localhost"]),
      );
      expect([path.slice(0, 40), answer.status < 500, answer.status < 300]).toEqual([
        path.slice(0, 40),
        true,
        status < 300,
      ]);
    }
  });

  // security 104
  test("an over-long user agent is stored truncated, and an odd one as it is", async () => {
    for (const [agent, stored] of [
      ["x".repeat(9000), "x".repeat(256)],
      ['"><script>\u00e9\u00ff', '"><script>\u00e9\u00ff'],
    ] as const) {
      await writeFailures(app);
      const answer = await app.post(
        "/api/v1/auth/login",
        { email: freshEmail(), password: goodPassword },
        { headers: { "user-agent": agent } },
      );
      expect(answer.status).toBe(401);
      expect(await auditOf(app, answer)).toMatchObject([{ user_agent: stored }]);
    }
  });

  test("addresses are bounded at 254 characters, usernames at 64, names at 200", async () => {
    const domain = `${"d".repeat(61)}.${"d".repeat(61)}.${"d".repeat(61)}.com`;
    const cases = [
      [{ email: `${"l".repeat(64)}@${domain}` }, 201],
      [{ email: `${"l".repeat(64)}@d${domain}` }, 400],
      [{ email: freshEmail(), username: "u".repeat(64) }, 201],
      [{ email: freshEmail(), username: "u".repeat(65) }, 400],
      [{ email: freshEmail(), name: "n".repeat(200) }, 201],
      [{ email: freshEmail(), name: "n".repeat(201) }, 400],
    ] as const;
    expect(`${"l".repeat(64)}@${domain}`).toHaveLength(254);
    for (const [body, status] of cases) {
      const answer = await app.post("/api/v1/auth/register", { password: goodPassword, ...body });
      expect([body, answer.status]).toEqual([body, status]);
    }
  });
});

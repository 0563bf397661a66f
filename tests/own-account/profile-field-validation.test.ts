import { beforeEach, expect, test } from "bun:test";

import type { Answer } from "../support/http-call.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: SignedInUser;
let before: Record<string, unknown>[];

beforeEach(async () => {
  user = await signUp(app);
  before = await rowOf(user);
});

function rowOf({ userId }: SignedInUser) {
  return app.rows(`select to_jsonb(users) as row from users where id = '${userId}'`);
}

function patch(json: string): Promise<Answer> {
  return app.call("PATCH", "/api/v1/users/me", {
    bearer: user.accessToken,
    body: json,
    headers: { "content-type": "application/json" },
  });
}

/** The update is refused because of this field, nothing is stored, and what was sent is not repeated. */
async function expectRefused(field: string, json: string): Promise<void> {
  const answer = await patch(json);
  const { code, details } = answer.json.error ?? {};
  expect([json.slice(0, 80), answer.status, code, details?.field]).toEqual([
    json.slice(0, 80),
    400,
    "VALIDATION_ERROR",
    field,
  ]);
  expect(await rowOf(user)).toEqual(before);
}

const unstorable = ["a\u0000b", "\u0000", "a\ud800b", "\udc00\ud800", "x".repeat(9000)];

const wrong: Record<string, readonly unknown[]> = {
  username: ["", "a", "a@b", "a b", "-a", "a".repeat(65), "ädä"],
  name: ["", "\u202eevil", "a\nb", "n".repeat(201)],
  phone: ["", "12", "call me", "+", "1+2", "1".repeat(33), "12\n34", "javascript:1"],
  avatar_url: [
    "",
    "picture.png",
    "//example.com/a.png",
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "ftp://example.com/a.png",
    "file:///etc/passwd",
    "https://",
    "https://user:password@example.com/a.png",
    "https://user@example.com/a.png",
    "https:example.com",
    "https:\\\\example.com",
    " https://example.com/a.png",
    "https://example.com/a b.png",
    "https://example.com/\r\nX: 1",
    `https://example.com/${"a".repeat(2048)}`,
  ],
  locale: [
    "",
    "e",
    "en_GB",
    "en-",
    "english-language-of-england",
    "*",
    "en\u0000",
    "../../etc",
    "en,de",
  ],
};

// security 104
test.each(Object.keys(wrong))(
  "%s that is invalid or cannot be stored is refused",
  async (field) => {
    for (const value of [...(wrong[field] ?? []), ...unstorable]) {
      await expectRefused(field, JSON.stringify({ [field]: value }));
    }
    for (const value of [{}, [], 1, true, { $ne: 1 }]) {
      await expectRefused(field, JSON.stringify({ [field]: value }));
    }
  },
);

// security 104
test("metadata is an object of at most 8 KiB", async () => {
  const brim = { text: "é".repeat((8192 - '{"text":""}'.length) / 2) };
  const whole = JSON.stringify({ metadata: brim });
  for (const metadata of [
    '"text"',
    "[]",
    "1",
    "true",
    '{"a":"\\u0000"}',
    '{"\\u0000":1}',
    '{"a":[{"b":"\\ud800"}]}',
    '{"a":1e999}',
    '{"a":{"__proto__":{"isAdmin":true}}}',
    '{"__proto__":{"isAdmin":true}}',
    JSON.stringify({ ...brim, a: 1 }),
    JSON.stringify({ text: "x".repeat(9000) }),
  ]) {
    await expectRefused("metadata", `{"metadata":${metadata}}`);
  }
  const accepted = await patch(whole);
  expect([accepted.status, accepted.json.data?.metadata]).toEqual([200, brim]);
  expect(Reflect.get({}, "isAdmin")).toBeUndefined();
});

// Attack: mass assignment. `constructor` and the like reach no column and no prototype.
// security 66, 94
test.each([
  "id",
  "user_id",
  "email",
  "email_verified",
  "emailVerified",
  "email_verified_at",
  "emailVerifiedAt",
  "role",
  "roles",
  "permissions",
  "is_admin",
  "isAdmin",
  "password",
  "password_hash",
  "passwordHash",
  "credentials_version",
  "credentialsVersion",
  "created_at",
  "updated_at",
  "deleted_at",
  "deletedAt",
  "avatarUrl",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
])("%s cannot be assigned", async (field) => {
  for (const value of ['"admin"', '["admin"]', "true", "null", '{"roles":["admin"]}']) {
    await expectRefused(field, `{"name":"Mallory","${field}":${value}}`);
  }
  const roles = await app.rows(`select role from user_roles where user_id = '${user.userId}'`);
  expect(roles).toEqual([]);
});

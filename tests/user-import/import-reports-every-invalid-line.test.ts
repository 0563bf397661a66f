import { expect, test } from "bun:test";

import { importedHashes } from "../support/imported-hashes.ts";
import { fileOf, importFile } from "../support/import-users.ts";
import { freshEmail, registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

const usernameIssue =
  "Must be: 2 to 64 letters, digits, `.`, `_`, `-`, beginning with a letter or digit. Usernames that differ only in case are the same.";
const unknownHash = "Must be a hash in a known format.";
const fieldIssue =
  "Has a field beyond email, id, username, name, phone, avatar_url, locale, metadata, password_hash, email_verified, roles, disabled, created_at.";
const createdAtIssue = "Must be an RFC 3339 date-time from 1970 to now.";

function users(): Promise<Record<string, unknown>[]> {
  return app.rows("select count(*)::int as users from users");
}

// security 16
test("a dry run and the import report the same faults by line number, and repeat no value", async () => {
  const there = await registerVerified(app, { username: "there.already" });
  const first = freshEmail();
  type Case = [unknown, [string, string][]];
  const repeatedId = Bun.randomUUIDv7();
  const cases: Case[] = [
    [{ email: first, username: "Imported-1" }, []],
    ["", []],
    ["secret-in-no-json", [["line", "Is not a JSON object."]]],
    ["[1]", [["line", "Is not a JSON object."]]],
    ["null", [["line", "Is not a JSON object."]]],
    [{}, [["email", "Is missing."]]],
    [{ email: null, name: "secret" }, [["email", "Is missing."]]],
    [{ email: 1 }, [["email", "Must be a string."]]],
    [{ email: "secret@localhost" }, [["email", "Not a valid e-mail address."]]],
    [{ email: "a\u200bda@example.com" }, [["email", "Not a valid e-mail address."]]],
    [{ email: ` ${first.toUpperCase()}` }, [["email", "Is in line 1 already."]]],
    [
      { email: freshEmail(), username: "IMPORTED-1" },
      [["username", "Is in line 1 already, or looks like the one there."]],
    ],
    [{ email: there.email }, []],
    [
      { email: freshEmail(), username: "THERE.already" },
      [["username", "Belongs to another user, or looks like another user's."]],
    ],
    [{ email: freshEmail(), username: "secret@home" }, [["username", usernameIssue]]],
    [
      { email: freshEmail(), name: "a\u0000" },
      [["name", "Must be a string of 1 to 200 characters without control characters."]],
    ],
    [{ email: freshEmail(), password_hash: "secret" }, [["password_hash", unknownHash]]],
    [{ email: freshEmail(), id: "secret" }, [["id", "Must be a UUID."]]],
    [{ email: freshEmail(), id: repeatedId }, []],
    [{ email: freshEmail(), id: repeatedId.toUpperCase() }, [["id", "Is in line 19 already."]]],
    [
      { email: freshEmail(), phone: "secret", avatar_url: "javascript:secret", locale: "secret!" },
      [
        ["phone", "Must be 3 to 32 digits, spaces and + ( ) . - /."],
        ["avatar_url", "Must be an http or https URL."],
        ["locale", "Must be a language tag such as de or pt-BR."],
      ],
    ],
    [{ email: freshEmail(), metadata: ["secret"] }, [["metadata", "Must be an object."]]],
    [
      { email: freshEmail(), metadata: { secret: "x".repeat(9000) } },
      [["metadata", "Must have at most 8 KiB as JSON."]],
    ],
    [
      `{"email":"${freshEmail()}","metadata":{"__proto__":{"secret":1}}}`,
      [["metadata", "Must not have a member of this name: `__proto__`."]],
    ],
    [
      `{"email":"${freshEmail()}","metadata":${'{"a":'.repeat(9000)}1${"}".repeat(9000)}}`,
      [["metadata", "Is nested too deeply."]],
    ],
    ...[
      "secret",
      "2026-01-31",
      "2024-02-30T00:00:00Z",
      "2024-00-10T00:00:00Z",
      "2999-01-01T00:00:00Z",
      1,
    ].map((created_at): Case => [
      { email: freshEmail(), created_at },
      [["created_at", createdAtIssue]],
    ]),
    [
      { email: freshEmail(), email_verified: "false" },
      [["email_verified", "Must be true or false."]],
    ],
    [{ email: freshEmail(), roles: "admin" }, [["roles", "Must be a list of strings."]]],
    [{ email: freshEmail(), roles: [1] }, [["roles", "Must be a list of strings."]]],
    [
      { email: freshEmail(), roles: ["admin", "secret"] },
      [["roles", "Has a role that does not exist."]],
    ],
    [{ email: freshEmail(), passwordHash: "secret" }, [["line", fieldIssue]]],
    [`{"email":"${freshEmail()}","__proto__":{"secret":1}}`, [["line", fieldIssue]]],
    [
      { email: "secret", username: "!", roles: 1 },
      [
        ["email", "Not a valid e-mail address."],
        ["username", usernameIssue],
        ["roles", "Must be a list of strings."],
      ],
    ],
    [`{"email":"${"x".repeat(70_000)}"}`, [["line", "Is not UTF-8, or longer than 64 KiB."]]],
    [`{"email":"${freshEmail()}"}\r`, []],
  ];
  const file = fileOf(cases.map(([line]) => line));
  const faults = cases.flatMap(([, issues], index) =>
    issues.length === 0
      ? []
      : [{ number: index + 1, faults: issues.map(([field, issue]) => ({ field, issue })) }],
  );

  const before = await users();
  const counts = { imported: 3, present: 1, refused: faults.length };
  expect(await importFile(app, file, { isDryRun: true })).toEqual({ ...counts, faults });
  expect(await users()).toEqual(before);
  expect(await app.rows("select 1 from audit_log where action = 'user.created'")).toEqual([]);

  expect(await importFile(app, file)).toEqual({ ...counts, faults });
  expect(await users()).toEqual([{ users: Number(before[0]?.["users"]) + 3 }]);
  expect(JSON.stringify(faults)).not.toContain("secret");
  expect(app.log.join("")).not.toContain("secret");
});

test("invalid UTF-8 is reported, and the last line needs no line break", async () => {
  const [one, two] = [freshEmail(), freshEmail()];
  const file = Buffer.concat([
    Buffer.from(`\ufeff${JSON.stringify({ email: one })}\n{"email":"`),
    Buffer.from([0xff, 0xfe]),
    Buffer.from(`"}\n${JSON.stringify({ email: two, name: "Zoë" })}`),
  ]);
  expect(await importFile(app, file)).toMatchObject({ imported: 2, faults: [{ number: 2 }] });
  const names = await app.rows(`select name from users where email in ('${one}', '${two}')`);
  expect(new Set(names.map(({ name }) => name))).toEqual(new Set([null, "Zoë"]));
});

test("the faults of several batches are reported in the order of their lines", async () => {
  const lines = Array.from({ length: 1800 }, (_, index) =>
    index % 3 === 0 ? { email: "none" } : { email: freshEmail(), username: `many-${index % 900}` },
  );
  const { imported, refused, faults } = await importFile(app, fileOf(lines));
  const numbers = faults.map(({ number }) => number);
  expect([imported, refused]).toEqual([600, 1200]);
  expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
});

test("no hash and no other field of a line is in the output, the log or the audit log", async () => {
  const hash = importedHashes["Werkzeug's scrypt"] ?? "";
  const email = freshEmail();
  await importFile(app, fileOf([{ email, password_hash: hash, roles: ["admin"] }]));
  const [row] = await app.rows(
    `select action, result, actor_kind, detail from audit_log
     where user_id = (select id from users where email = '${email}')`,
  );
  expect(row).toEqual({
    action: "user.created",
    result: "success",
    actor_kind: "operator",
    detail: { by: "import", line: 1, roles: ["admin"] },
  });
  expect(app.log.join("")).not.toContain(hash);
});

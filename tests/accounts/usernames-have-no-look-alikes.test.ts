import { beforeAll, describe, expect, test } from "bun:test";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import { createAdmin } from "../../src/features/user-administration/index.ts";
import { usernameSkeleton } from "../../src/features/users/index.ts";
import { migrateUnderLock, ownMigrations } from "../../src/platform/db/migrate.ts";
import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { createEmptyPostgresDatabase, databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { meanwhile } from "../support/held-rows.ts";
import type { Answer } from "../support/http-call.ts";
import { fileOf, importFile } from "../support/import-users.ts";
import { freshEmail, goodPassword, type SignedInUser, signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { quietLog } from "../support/quiet-log.ts";
import { race } from "../support/race.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";
import { outcomeOf, usersApi, type UsersApi } from "../support/user-administration.ts";

const taken = [400, "DUPLICATE_USERNAME", "username"];

function register(app: TestApp, username: string): Promise<Answer> {
  const json = { email: freshEmail(), password: goodPassword, username };
  return app.post("/api/v1/auth/register", json);
}

function rename(app: TestApp, user: SignedInUser, username: string | null): Promise<Answer> {
  return app.call("PATCH", "/api/v1/users/me", { bearer: user.accessToken, json: { username } });
}

describe("on Postgres", () => {
  const app = useTestApp();
  let user: SignedInUser;
  let users: UsersApi;

  beforeAll(async () => {
    users = usersApi(app, await signInAdmin(app));
    user = await signUp(app);
    for (const username of ["PayPal", "bob10", "modern.man"]) {
      expect((await users.create({ email: freshEmail(), username })).status).toBe(201);
    }
  });

  // Attack: a name that a person reads as another user's, in whichever case an application shows it.
  // security 157
  test.each([
    "paypal",
    "PAYPAL",
    "PayPaI",
    "paypa1",
    "PAYPAI",
    "paypai",
    "bobl0",
    "bob1o",
    "BOBIO",
    "rnodern.man",
    "modem.man",
    "MODERN.MAN",
  ])("%s, which looks like another user's, is refused wherever it is chosen", async (username) => {
    const email = freshEmail();
    const answers = [
      await register(app, username),
      await rename(app, user, username),
      await users.create({ email, username }),
      await users.change(user.userId, { username }),
    ];
    expect(answers.map(outcomeOf)).toEqual([taken, taken, taken, taken]);
    for (const answer of answers) {
      expect(await auditOf(app, answer)).toMatchObject([
        { result: "failure", detail: { reason: "DUPLICATE_USERNAME" } },
      ]);
    }
    const admin = createAdmin(operatorOf(app), { email, username, password: goodPassword });
    expect(await failureOf(admin)).toMatchObject({ code: "DUPLICATE_USERNAME" });
    const line = fileOf([{ email, username }]);
    for (const isDryRun of [true, false]) {
      expect(await importFile(app, line, { isDryRun })).toMatchObject({
        imported: 0,
        refused: 1,
        faults: [{ number: 1, faults: [{ field: "username" }] }],
      });
    }
    expect(await app.rows(`select id from users where email = '${email}'`)).toEqual([]);
  });

  // A rule that is too wide would refuse other people's names.
  test.each(["pay-pal", "pay.pal", "p4ypal", "bob2o", "moderm.man", "bob-10", "b0b"])(
    "%s does not look like another user's",
    async (username) => {
      expect((await register(app, username)).status).toBe(201);
    },
  );

  // Non-ASCII confusables: no username has any.
  // part of security 157
  test.each(["p\u0430ypal", "ｐaypal", "paypal\u200b", "pаypal", "ＰayＰal"])(
    "%j is no username at all",
    async (username) => {
      expect(outcomeOf(await register(app, username))).toEqual([
        400,
        "VALIDATION_ERROR",
        "username",
      ]);
    },
  );

  test("two lines of an import that look alike: the second is at fault", async () => {
    const lines = ["twin-l", "twin-1", "twin-2"].map((username) => ({
      email: freshEmail(),
      username,
    }));
    expect(await importFile(app, fileOf(lines))).toMatchObject({
      imported: 2,
      faults: [{ number: 2, faults: [{ field: "username" }] }],
    });
  });

  // security 157
  test("of 50 who choose names that look alike at once, one gets it, and no response is 5xx", async () => {
    const variants = ["l0tus-x", "lotus-x", "1otus-x", "IOTUS-x", "Lotus-X"];
    const answers = await race(50, (index) => register(app, variants[index % 5] ?? ""));
    const winners = answers.filter(({ status }) => status === 201);
    const others = answers.filter(({ status }) => status !== 201);
    expect(winners).toHaveLength(1);
    expect(others.map(outcomeOf)).toEqual(Array.from({ length: 49 }, () => taken));
    const owners = await app.rows(
      "select released_at from usernames where skeleton = gatehouse_username_skeleton('lotus-x')",
    );
    expect([...owners]).toEqual([{ released_at: null }]);
  });
});

test.each([...databaseKinds])(
  "the skeleton is the same in the database on %s and in the service",
  async (database) => {
    await using app = await startTestApp({ database });
    for (const name of ["ABCXYZabcxyz", "0123456789", "Il1|oO0", "mnrnm-rrnn", "a.b_c-d"]) {
      const [row] = await app.rows(`select gatehouse_username_skeleton('${name}') as skeleton`);
      expect(row).toEqual({ skeleton: usernameSkeleton(name) });
    }
  },
);

// Bad day: two users want each other's username, or an import takes a name while another user chooses a look-alike.
// part of security 157
test("racing changes end as 200 or 400, and every username in use has its row", async () => {
  await using app = await startTestApp();
  const users = await Promise.all(Array.from({ length: 8 }, () => signUp(app)));
  const names = ["swap-one", "swap-0ne", "swap-two", "swap-tw0"];
  for (let round = 0; round < 5; round += 1) {
    const answers = await race(users.length, (index) => {
      const user = users[index];
      if (!user) throw new Error("no such user");
      return rename(app, user, names[(index + round) % names.length] ?? null);
    });
    expect(answers.filter(({ status }) => status !== 200 && status !== 400)).toEqual([]);
  }
  const astray = await app.rows(
    `select users.id from users left join usernames on user_id = users.id and released_at is null
     where username is not null and skeleton is distinct from gatehouse_username_skeleton(username)`,
  );
  expect([...astray]).toEqual([]);
});

// part of security 157
test("an import waits for a look-alike that is being taken, and reports the line", async () => {
  await using app = await startTestApp();
  const user = await signUp(app);
  const [one, other] = [freshEmail(), freshEmail()];
  const lines = [
    { email: one, username: "waited-1" },
    { email: other, username: "free-name" },
  ];
  const taking = `update users set username = 'waited-I' where id = '${user.userId}'`;
  const counts = await meanwhile(app, taking, () => importFile(app, fileOf(lines)));
  expect(counts).toMatchObject({ imported: 1, refused: 1, faults: [{ number: 1 }] });
});

// An installation from before the rule: accounts that look alike keep their names, and no further one gets in.
// part of security 157
test("accounts that look alike before the update keep their usernames", async () => {
  const { url, drop } = await createEmptyPostgresDatabase();
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const own = ownMigrations.findIndex(({ name }) => name.endsWith("usernames_and_roles"));
    const db = drizzle(client);
    await migrateUnderLock(db, quietLog, ownMigrations.slice(0, own));
    for (const [username, deletedAt] of [
      ["mall", null],
      ["mail", null],
      ["gone", "2026-01-01T00:00:00Z"],
      ["g0ne", "2026-02-01T00:00:00Z"],
    ] as const) {
      await client`insert into users (id, email, username, created_at, updated_at, deleted_at)
        values (${Bun.randomUUIDv7()}, ${freshEmail()}, ${username}, now(), now(), ${deletedAt})`;
    }
    await migrateUnderLock(db, quietLog);
    const rows = await client`select username, released_at is null as in_use from usernames
      join users on users.id = user_id order by username`;
    expect([...rows]).toEqual([
      { username: "g0ne", in_use: false },
      { username: "mall", in_use: true },
    ]);
    await client`update users set name = 'unchanged', updated_at = now() where username = 'mail'`;
    const second = client`update users set username = 'ma1l' where username = 'mail'`;
    expect(await failureOf(second)).toMatchObject({ code: "23505" });
  } finally {
    await client.end();
    await drop();
  }
});

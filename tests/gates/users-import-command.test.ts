import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { createHome, createMigratedHome } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { hashedPassword, importedHashes } from "../support/imported-hashes.ts";
import { fileOf } from "../support/import-users.ts";
import { freshEmail } from "../support/journey.ts";
import { withoutLog } from "../support/log-lines.ts";

setDefaultTimeout(60_000);

const hash = importedHashes["passlib's bcrypt $2b$"];

describe.each([...databaseKinds])("users import and export on %s", (kind) => {
  test("a dry run changes nothing, an import creates accounts that sign in, an export returns them", async () => {
    await using home = await createMigratedHome(kind);
    const email = freshEmail();
    const line = {
      email,
      id: Bun.randomUUIDv7(),
      password_hash: hash,
      email_verified: true,
      roles: ["admin"],
      created_at: "2020-02-29T12:00:00.000Z",
    };
    const path = join(home.cwd, "users.ndjson");
    await writeFile(path, fileOf([line, { email, name: "secret" }, "no json"]));
    const faults = "line 2: email: Is in line 1 already.\nline 3: Is not a JSON object.\n";
    const reason = "gatehouse: some lines are not valid: correct them and import the file again\n";

    const dry = await runGatehouse(["users", "import", path, "--dry-run"], home);
    expect([dry.exitCode, dry.stdout, withoutLog(dry.stderr)]).toEqual([
      1,
      `${faults}would import 1, already there 0, refused 2\n`,
      reason,
    ]);
    expect(await home.rows("select id from users")).toEqual([]);

    const real = await runGatehouse(["users", "import", path], home);
    expect([real.exitCode, real.stdout, withoutLog(real.stderr)]).toEqual([
      1,
      `${faults}imported 1, already there 0, refused 2\n`,
      reason,
    ]);
    await writeFile(path, fileOf([line]));
    const again = await runGatehouse(["users", "import", "users.ndjson"], home);
    expect([again.exitCode, again.stdout, withoutLog(again.stderr)]).toEqual([
      0,
      "imported 0, already there 1, refused 0\n",
      "",
    ]);

    const exported = await runGatehouse(["users", "export"], home);
    expect([exported.exitCode, exported.stdout, withoutLog(exported.stderr)]).toEqual([
      0,
      await readFile(path, "utf8"),
      "exported 1 user\nnot exported: deleted users, sessions, posts, clients, and what roles permit\n",
    ]);

    await using server = await startGatehouse(home);
    const answer = await server.post("/api/v1/auth/login", { email, password: hashedPassword });
    expect([answer.status, answer.json.data.user.roles]).toEqual([200, ["user", "admin"]]);
  });
});

test("an unreadable file is wrong usage, reported before a database is created", async () => {
  await using home = await createHome("embedded");
  for (const [path, reason] of [
    ["missing.ndjson", "ENOENT"],
    [".", "EISDIR"],
  ] as const) {
    const refused = await runGatehouse(["users", "import", path], home);
    expect([refused.exitCode, refused.stdout, refused.stderr]).toEqual([
      2,
      "",
      `gatehouse: the file of <file> is not readable (${reason})\n`,
    ]);
  }
  for (const wrong of [["users"], ["users", "import"], ["users", "import", "a", "b"]]) {
    const refused = await runGatehouse(wrong, home);
    expect([wrong, refused.exitCode, refused.stdout]).toEqual([wrong, 2, ""]);
  }
});

// As in `zcat users.ndjson.gz | gatehouse users import -`.
test("standard input is imported like a file", async () => {
  await using home = await createMigratedHome("postgres");
  const lines = Array.from({ length: 3000 }, () => ({ email: freshEmail() }));
  const result = await runGatehouse(["users", "import", "-"], {
    ...home,
    input: fileOf(lines),
  });
  expect([result.exitCode, result.stdout]).toEqual([
    0,
    "imported 3000, already there 0, refused 0\n",
  ]);
});

test("an export whose reader closes the pipe is no failure", async () => {
  await using home = await createMigratedHome("postgres");
  const lines = Array.from({ length: 5000 }, () => ({ email: freshEmail() }));
  await runGatehouse(["users", "import", "-"], { ...home, input: fileOf(lines) });
  const { exitCode, stdout } = await runGatehouse(["users", "export"], {
    ...home,
    wrapper: ["sh", "-c", '"$@" | head -1', "sh"],
  });
  expect([exitCode, stdout.trimEnd().split("\n").length]).toEqual([0, 1]);
});

import { copyFile, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { outputOf } from "../support/child-output.ts";
import { createMigratedHome } from "../support/executable-home.ts";
import { executablePath } from "../support/executable.ts";
import { fileOf } from "../support/import-users.ts";
import { inheritedEngineOptions } from "../support/short-lived-process.ts";
import { manyKindsOfUsers } from "../support/many-kinds-of-users.ts";

setDefaultTimeout(120_000);

const fixtures = join(import.meta.dir, "../user-import/fixtures");

/** The fixtures under the names that the documentation uses, for each service. */
const filesOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  auth0: { "users.ndjson": "auth0-users.ndjson", "hashes.ndjson": "auth0-password-hashes.ndjson" },
  supabase: { "users.csv": "supabase-users.csv" },
  keycloak: { "realm.json": "keycloak-realm.json" },
  "fastapi-users": { "users.csv": "fastapi-users.csv" },
  firebase: { "users.json": "firebase-users.json", "parameters.txt": "firebase-hash-config.txt" },
};

/** The commands in the blocks of the page, without their comments. */
async function documentedCommands(): Promise<string[]> {
  const page = await Bun.file(join(import.meta.dir, "../../docs/moving-users.md")).text();
  return [...page.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .filter((line) => line.startsWith("gatehouse "));
}

test("every command of docs/moving-users.md works as it is written", async () => {
  await using home = await createMigratedHome("embedded");
  const programs = join(home.cwd, "bin");
  await mkdir(programs);
  await symlink(executablePath, join(programs, "gatehouse"));
  const plain = manyKindsOfUsers(20).map((user) => ({ ...user, roles: [] }));
  await Bun.write(join(home.cwd, "users.ndjson"), fileOf(plain));

  const outputs: [string, string][] = [];
  const commands = await documentedCommands();
  for (const command of commands) {
    const [, service = ""] = /--from (\S+)/.exec(command) ?? [];
    for (const [name, source] of Object.entries(filesOf[service] ?? {})) {
      await copyFile(join(fixtures, source), join(home.cwd, name));
    }
    const child = Bun.spawn(["sh", "-c", command], {
      cwd: home.cwd,
      env: { ...inheritedEngineOptions(), PATH: `${programs}:${process.env["PATH"]}` },
      stdout: "pipe",
      stderr: "pipe",
    });
    const { stdout } = await outputOf(child);
    outputs.push([command.replace(/\s+#.*/, ""), stdout.split("\n").at(-2) ?? ""]);
  }
  // The fixtures have users without an address, and hashes of unknown kinds.
  expect(outputs).toEqual([
    [
      "gatehouse users import users.ndjson --dry-run",
      "would import 20, already there 0, refused 0",
    ],
    ["gatehouse users import users.ndjson", "imported 20, already there 0, refused 0"],
    ["gatehouse users export > users.ndjson", ""],
    [
      "gatehouse users import --from auth0 users.ndjson --password-hashes hashes.ndjson",
      "imported 4, already there 0, refused 1",
    ],
    ["gatehouse users import --from supabase users.csv", "imported 4, already there 0, refused 1"],
    ["gatehouse users import --from keycloak realm.json", "imported 6, already there 0, refused 2"],
    [
      "gatehouse users import --from fastapi-users users.csv",
      "imported 3, already there 0, refused 1",
    ],
    [
      "gatehouse users import --from firebase users.json --hash-config parameters.txt",
      "imported 2, already there 0, refused 2",
    ],
  ]);
});

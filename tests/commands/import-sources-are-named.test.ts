import { expect, test } from "bun:test";

import { openSource, readSourceName } from "../../src/app/cli/users-import-source.ts";

const hashConfig = `${import.meta.dir}/../user-import/fixtures/firebase-hash-config.txt`;

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error("no error");
}

test.each([
  ["auht0", "auth0"],
  ["Keycloak", "keycloak"],
  ["fastapi", "fastapi-users"],
  ["fastapi_users", "fastapi-users"],
  ["supa", "supabase"],
  ["fierbase", "firebase"],
])("for the unknown service %p the nearest one is suggested: %p", (text, name) => {
  expect(messageOf(() => readSourceName(text))).toBe(
    `It must be one of auth0, supabase, keycloak, fastapi-users, firebase. Did you mean ${name}?`,
  );
  expect<string>(readSourceName(name)).toBe(name);
});

test("for a service that is like none, none is suggested", () => {
  expect(messageOf(() => readSourceName("cognito"))).toBe(
    "It must be one of auth0, supabase, keycloak, fastapi-users, firebase.",
  );
});

test.each([
  [{ from: "keycloak", hashConfig }, "--hash-config belongs to --from firebase"],
  [{ passwordHashes: "x" }, "--password-hashes belongs to --from auth0"],
  [
    { from: "firebase" },
    "--from firebase needs --hash-config with a file of the project's password hash parameters",
  ],
  [
    { from: "firebase", hashConfig: "missing" },
    "the file of --hash-config is not readable (ENOENT)",
  ],
  [{ from: "auth0", passwordHashes: "-" }, "only one file can be standard input"],
  [
    { from: "auth0", passwordHashes: "missing" },
    "the file of --password-hashes is not readable (ENOENT)",
  ],
  [
    { from: "firebase", hashConfig: import.meta.path },
    "the file of --hash-config must have base64_signer_key, base64_salt_separator, rounds and mem_cost",
  ],
] as const)("wrong options are wrong usage (%#)", async (options, message) => {
  const refused = await openSource("-", options).catch((error: unknown) => error);
  expect(refused).toMatchObject({ message, exitCode: 2 });
});

test("the hash parameters of Firebase are read from their file", async () => {
  expect(await openSource("-", { from: "firebase", hashConfig })).toMatchObject({
    name: "firebase",
    hashConfig: { rounds: "8", memCost: "14" },
  });
  expect(await openSource("-", {})).toBeNull();
});

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readEnvFile } from "../../src/platform/config/env-file.ts";

const directory = mkdtempSync(join(tmpdir(), "gatehouse-env-file-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function read(lines: readonly string[]) {
  const path = join(directory, "settings.env");
  writeFileSync(path, lines.join("\n"));
  return readEnvFile(path);
}

function problemsIn(lines: readonly string[]): string[] {
  return read(lines).problems.map(({ name, issue }) => `${name} ${issue}`);
}

// security 125
test("every line that is no assignment, and every name that is no setting, is a problem", () => {
  const canary = "Canary5e1f0a9b7c3d";
  const problems = problemsIn([
    "PORT=8001",
    "PORT 8001",
    `${canary}==`,
    "UNHEARD_OF=1",
    "EMPTY_AND_UNHEARD_OF=",
    'SERVICE_NAME="not closed',
    "SERVICE_NAME='closed' and more",
    "JWT_SECRT_KEY=x",
    "OIDC_ACME_ISSUER=https://id.example.com",
  ]);
  expect(problems).toEqual([
    "--env-file line 2 is not of the form NAME=value",
    "--env-file line 3 sets a name that is not a setting",
    "UNHEARD_OF is not a setting (line 4 of the env file): remove it",
    "EMPTY_AND_UNHEARD_OF is not a setting (line 5 of the env file): remove it",
    "--env-file line 6 has a quotation mark that is not closed",
    "--env-file line 7 has a quotation mark that is not closed",
    "JWT_SECRT_KEY is not a setting; did you mean JWT_SECRET_KEY?",
  ]);
});

test("comments, quotation marks, values of several lines and `export` are read", () => {
  const { environment, problems } = read([
    "# a comment",
    "",
    "export PORT=8001 # another",
    "SERVICE_NAME='My service' # a third",
    'APPLE_CLIENT_SECRET="first line',
    "second=line",
    'third line"',
    "JWT_SECRET_KEY_FILE=/run/secret",
    "POSTGRES_PASSWORD=for-compose",
  ]);
  expect(problems).toEqual([]);
  expect(environment).toEqual({
    PORT: "8001",
    SERVICE_NAME: "My service",
    APPLE_CLIENT_SECRET: "first line\nsecond=line\nthird line",
    JWT_SECRET_KEY_FILE: "/run/secret",
    POSTGRES_PASSWORD: "for-compose",
  });
});

test("the example of a service with other names is explained line by line", () => {
  expect(
    problemsIn([
      "DATABASE_URL=postgresql://auth_user:auth_password@localhost:5432/auth_db",
      "DATABASE_POOL_SIZE=20",
      "DATABASE_MAX_OVERFLOW=0",
      "JWT_SECRET_KEY=your-super-secret-jwt-key-change-this-in-production",
      "JWT_ALGORITHM=HS256",
      "JWT_ACCESS_TOKEN_EXPIRE_HOURS=24",
      "JWT_REFRESH_TOKEN_EXPIRE_DAYS=7",
      "ENVIRONMENT=development",
      "DEBUG=True",
      "LOG_LEVEL=INFO",
      "SERVICE_NAME=auth-service",
      "SERVICE_VERSION=1.0.0",
    ]),
  ).toEqual([
    "DATABASE_MAX_OVERFLOW is not a setting (line 3 of the env file): remove it; DATABASE_POOL_SIZE is the most connections that are opened",
    "JWT_ACCESS_TOKEN_EXPIRE_HOURS is not a setting: set JWT_ACCESS_TOKEN_TTL instead, as hours with their unit, such as 24h",
    "JWT_REFRESH_TOKEN_EXPIRE_DAYS is not a setting: set JWT_REFRESH_TOKEN_TTL instead, as days with their unit, such as 7d",
    "DEBUG is not a setting (line 9 of the env file): remove it; LOG_LEVEL=debug logs more",
    "SERVICE_VERSION is not a setting (line 12 of the env file): remove it; the version is that of the program",
  ]);
});

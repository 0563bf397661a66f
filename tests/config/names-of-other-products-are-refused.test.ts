import { describe, expect, test } from "bun:test";

import { foreignNames, settingsOfForeignNames } from "../../src/platform/config/foreign-names.ts";
import { findUnknownNames, isSettingName } from "../../src/platform/config/unknown-names.ts";
import { load, problemsOf } from "./load.ts";

const canary = "canary-5e1f0a9b7c3d";

// security 125
describe("a name that another product uses for one of our settings stops the start", () => {
  test.each([
    [
      "JWT_ACCESS_TOKEN_EXPIRE_HOURS",
      "JWT_ACCESS_TOKEN_TTL instead, as hours with their unit, such as 24h",
    ],
    [
      "JWT_REFRESH_TOKEN_EXPIRE_DAYS",
      "JWT_REFRESH_TOKEN_TTL instead, as days with their unit, such as 7d",
    ],
    [
      "ACCESS_TOKEN_EXPIRE_MINUTES",
      "JWT_ACCESS_TOKEN_TTL instead, as minutes with their unit, such as 10m",
    ],
    ["JWT_REFRESH_EXPIRY", "JWT_REFRESH_TOKEN_TTL instead, with a unit, such as 10080m or 7d"],
    ["SECRET_KEY", "JWT_SECRET_KEY instead, as a secret of 32 bytes or more"],
    ["SECRET_KEY_FILE", "JWT_SECRET_KEY_FILE instead, as a secret of 32 bytes or more"],
    ["SQL_ALCHEMY_DB_URL", "DATABASE_URL instead, as a URL that begins with postgres://"],
    ["PYTHON_ENV", "ENVIRONMENT instead, as development, production or test"],
    ["SMTP_USER", "SMTP_USERNAME instead"],
    ["CORS_ORIGINS", "ALLOWED_ORIGINS instead, as exact origins, separated by commas"],
    ["BASE_URL", "PUBLIC_URL instead, as a URL without a path"],
    ["GOTRUE_JWT_EXP", "JWT_ACCESS_TOKEN_TTL instead, with a unit, such as 3600s"],
    ["GOTRUE_EXTERNAL_AZURE_SECRET", "MICROSOFT_CLIENT_SECRET instead"],
    ["BETTER_AUTH_SECRET", "JWT_SECRET_KEY instead, as a secret of 32 bytes or more"],
    ["DSN", "DATABASE_URL instead, as a URL that begins with postgres://"],
    ["WEBAUTHN_RELYING_PARTY_ID", "WEBAUTHN_RP_ID instead"],
  ])("%s", (name, advice) => {
    expect(problemsOf({ [name]: canary })).toEqual([
      { name, issue: `is not a setting: set ${advice}` },
    ]);
  });

  test("each of the list, and none of it is the name of a setting", () => {
    const environment = Object.fromEntries(foreignNames.map((name) => [name, canary]));
    const problems = findUnknownNames(environment);
    expect(problems.map(({ name }) => name)).toEqual(foreignNames.toSorted());
    expect(JSON.stringify(problems)).not.toContain(canary);
    expect(foreignNames.filter(isSettingName)).toEqual([]);
  });

  test("and the names to use are settings", () => {
    const named = [...settingsOfForeignNames.values()].flatMap((text) => text.split(/, | and /));
    expect(named.filter((name) => !isSettingName(name))).toEqual([]);
  });
});

describe("NODE_ENV=production", () => {
  test("stops the start where ENVIRONMENT is not set", () => {
    const issue = "is not a setting: set ENVIRONMENT=production, or ENVIRONMENT=development";
    expect(problemsOf({ NODE_ENV: "production" })).toEqual([{ name: "NODE_ENV", issue }]);
  });

  test.each([
    { NODE_ENV: "production", ENVIRONMENT: "development" },
    { NODE_ENV: "development" },
    { NODE_ENV: "test" },
  ])("does not in %j", (environment) => {
    expect(load(environment).settings.environment).toBe("development");
  });
});

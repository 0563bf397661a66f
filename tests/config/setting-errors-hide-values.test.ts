import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { providerSettingsIn } from "../../src/platform/config/providers/candidates.ts";
import { settingsByName } from "../../src/platform/config/settings.ts";
import { describeSettings } from "../../src/platform/config/describe.ts";
import { loadSettings } from "../../src/platform/config/load-settings.ts";
import { SettingsError } from "../../src/platform/config/settings-error.ts";
import { load, production } from "./load.ts";

const canary = "CaNaRy-7d1f";

function messageOf(environment: Record<string, string>): string {
  try {
    loadSettings(environment, { isTerminal: false, generateSecret: () => canary });
  } catch (error) {
    if (error instanceof SettingsError)
      return `${error.message}\n${JSON.stringify(error)}\n${Bun.inspect(error)}`;
    throw error;
  }
  throw new Error("the settings were accepted");
}

// security 124
test("a refused value is not in the report, whatever its setting", () => {
  const control = `${canary}\u0007`;
  const message = messageOf(
    Object.fromEntries([...settingsByName.keys()].map((name) => [name, control])),
  );
  for (const name of settingsByName.keys()) expect(message).toContain(`  ${name} must be `);
  expect(message).not.toContain(canary);
});

// security 124
test("a value of the right form that production refuses is not in the report", () => {
  const message = messageOf({
    ENVIRONMENT: "production",
    JWT_SECRET_KEY: canary.repeat(4),
    JWT_SECRET_KEY_PREVIOUS: canary.repeat(5),
    ENCRYPTION_KEY: canary.repeat(6),
    PUBLIC_URL: `http://${canary}.example.com`,
    LINK_VERIFY_EMAIL: `http://${canary}.example.com`,
    SMTP_PASSWORD: canary,
    JWT_SECRT_KEY: canary,
  });
  for (const name of [
    "JWT_SECRET_KEY",
    "ENCRYPTION_KEY",
    "PUBLIC_URL",
    "SMTP_USERNAME",
    "JWT_SECRT_KEY",
  ]) {
    expect(message).toContain(`  ${name} `);
  }
  expect(message.toLowerCase()).not.toContain(canary.toLowerCase());
});

test("neither the path nor the content of a file that a setting comes from is in the report", () => {
  const directory = mkdtempSync(join(tmpdir(), `${canary}-`));
  try {
    const path = join(directory, canary);
    writeFileSync(path, canary);
    const message = messageOf({
      JWT_SECRET_KEY_FILE: path,
      SMTP_PASSWORD_FILE: directory,
      DATABASE_URL_FILE: `${path}-none`,
    });
    expect(message).toContain("  JWT_SECRET_KEY must be ");
    expect(message).toContain("  SMTP_PASSWORD_FILE names a file that cannot be read (EISDIR)");
    expect(message).toContain("  DATABASE_URL_FILE names a file that cannot be read (ENOENT)");
    expect(message).not.toContain(canary);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

// security 125
test("the settings in effect are shown without secrets", () => {
  const secret = `${canary}-4c9b2e6f81a35d70e2b94f6c`;
  const environment = {
    ...production,
    JWT_SECRET_KEY: secret,
    JWT_SECRET_KEY_PREVIOUS: `${secret}-2`,
    ENCRYPTION_KEY: `${secret}-3`,
    SMTP_USERNAME: "me",
    SMTP_PASSWORD: secret,
    DATABASE_URL: `postgres://gatehouse:${canary}@db:5432/gatehouse?options=${canary}&sslpassword=${canary}&sslmode=require`,
    PORT_FILE: "",
    HOST: "0.0.0.0",
    GOOGLE_CLIENT_SECRET: secret,
    APPLE_CLIENT_SECRET: secret,
    APPLE_TEAM_ID: canary,
    OIDC_ACME_ISSUER: `https://user:${canary}@acme.example.com`,
    OIDC_ACME_CLIENT_ID: "gatehouse",
    OIDC_ACME_CLIENT_SECRET: secret,
  };
  const described = describeSettings(load(environment).settings, environment);
  expect(JSON.stringify(described)).not.toContain(canary);
  const shown = Object.fromEntries(described.map(({ name, ...rest }) => [name, rest]));
  expect(described.map(({ name }) => name)).toEqual([
    ...settingsByName.keys(),
    ...providerSettingsIn(environment).keys(),
  ]);
  expect(shown).toMatchObject({
    JWT_SECRET_KEY: { value: "[set]", source: "environment" },
    ENCRYPTION_KEY: { value: "[set]", source: "environment" },
    SMTP_PASSWORD: { value: "[set]", source: "environment" },
    LINK_VERIFY_EMAIL: { value: "[unset]", source: "default" },
    DATABASE_URL: {
      value: "postgres://gatehouse:redacted@db:5432/gatehouse?redacted",
      source: "environment",
    },
    HOST: { value: "0.0.0.0", source: "environment" },
    PORT: { value: "8000", source: "default" },
    JWT_ACCESS_TOKEN_TTL: { value: "24h", source: "default" },
    BODY_LIMIT: { value: "64KiB", source: "default" },
    PASSWORD_REQUIRE: { value: "upper,digit,symbol", source: "default" },
    GOOGLE_CLIENT_ID: { value: "[unset]", source: "default" },
    GOOGLE_CLIENT_SECRET: { value: "[set]", source: "environment" },
    APPLE_CLIENT_SECRET: { value: "[invalid]", source: "environment" },
    APPLE_TEAM_ID: { value: "[invalid]", source: "environment" },
    MICROSOFT_TENANT: { value: "common", source: "default" },
    OIDC_ACME_ISSUER: { value: "[invalid]", source: "environment" },
    OIDC_ACME_CLIENT_ID: { value: "gatehouse", source: "environment" },
    OIDC_ACME_CLIENT_SECRET: { value: "[set]", source: "environment" },
    OIDC_ACME_SCOPES: { value: "openid email profile", source: "default" },
  });
});

import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { renderConfigurationDocs } from "../../src/platform/config/configuration-docs.ts";
import { providerSettingsIn } from "../../src/platform/config/providers/candidates.ts";
import { settingGroups, settingsByName } from "../../src/platform/config/settings.ts";
import { renderEnvExample } from "../../src/platform/config/env-example.ts";
import { loadSettings } from "../../src/platform/config/load-settings.ts";
import { load, production, refusedNames } from "./load.ts";

const root = join(import.meta.dirname, "../..");

describe("the generated documentation of settings is current; if not: bun .ci/generate-configuration-docs.ts", () => {
  test.each([
    [".env.example", renderEnvExample],
    ["docs/configuration.md", renderConfigurationDocs],
  ])("%s", async (path, render) => {
    expect(await Bun.file(join(root, path)).text()).toBe(render());
  });
});

describe(".env.example", () => {
  test("changes nothing as it is", () => {
    expect(parseEnv(renderEnvExample())).toEqual({});
  });

  const everything = (): Record<string, string | undefined> => ({
    ...parseEnv(renderEnvExample().replaceAll(/^#(?=[A-Z])/gm, "")),
  });

  test("names every setting, with a value that is accepted", () => {
    expect(Object.keys(everything())).toEqual([
      ...settingsByName.keys(),
      ...providerSettingsIn({ OIDC_KEYCLOAK_ISSUER: "x" }).keys(),
    ]);
    const directory = mkdtempSync(join(tmpdir(), "gatehouse-example-"));
    try {
      const environment = { ...everything(), ENVIRONMENT: "development", DATA_DIR: directory };
      const options = { isTerminal: false, generateSecret: () => "" };
      const { settings, switchedOff } = loadSettings(environment, options);
      expect(settings.environment).toBe("development");
      const names = ["google", "github", "microsoft", "gitlab", "discord", "keycloak"];
      expect(settings.providers.map(({ name }) => name)).toEqual(names);
      // There is no example of a private key.
      expect(switchedOff).toEqual([
        expect.stringMatching(/^APPLE_CLIENT_SECRET must be [^;]* apple is off$/),
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  // security 124
  test("contains no secret that production would accept", () => {
    expect(refusedNames(everything())).toEqual([
      "JWT_SECRET_KEY",
      "JWT_SECRET_KEY_PREVIOUS",
      "ENCRYPTION_KEY",
      "ENCRYPTION_KEY_PREVIOUS",
      "WEBHOOK_SECRET",
    ]);
  });
});

const weak = "changeme".repeat(5);

test("the documentation names everything that production refuses", async () => {
  const refused = refusedNames({
    ENVIRONMENT: "production",
    JWT_SECRET_KEY: weak,
    JWT_SECRET_KEY_PREVIOUS: weak,
    ENCRYPTION_KEY: weak,
    ENCRYPTION_KEY_PREVIOUS: weak,
    MAIL_TRANSPORT: "file",
    BCRYPT_COST: "4",
    REFRESH_TOKEN_GRACE: "60s",
    OTP_MAX_ATTEMPTS: "10",
    TRUSTED_PROXIES: "::/0",
    JWT_KEY_ROTATION: "30d",
  });
  expect(refused).toHaveLength(11);
  const text = renderConfigurationDocs().split("## ")[2] ?? "";
  expect(refused.filter((name) => !text.includes(`\`${name}`))).toEqual([]);
});

test("the deployment page names every setting that weakens the protection", async () => {
  const { warnings } = load({
    ...production,
    DATABASE_URL: "postgres://db.internal/d",
    SMTP_TLS: "none",
    ALLOWED_ORIGINS: "http://app.example.com",
    REFRESH_TOKEN_COOKIE: "true",
    REQUIRE_EMAIL_VERIFICATION: "false",
    RATE_LIMITS_ENABLED: "false",
    REFRESH_TOKEN_ROTATION: "false",
    JWT_ALGORITHM: "EdDSA",
  });
  const names = warnings.map((warning) => warning.split(" ")[0] ?? "");
  expect(names).toHaveLength(8);
  const page = await Bun.file(join(root, "docs/deployment.md")).text();
  const [, text = ""] = page.split("Settings that are allowed although they weaken the protection");
  const [paragraph = ""] = text.split("\n\n");
  const described: Record<string, string> = {
    METRICS_TOKEN: "`/metrics` is not served",
    DATABASE_URL: "a database on another host",
    JWT_ACCESS_TOKEN_TTL: "access tokens that last longer than an hour",
  };
  for (const name of [...names, "MAIL_TRANSPORT"]) {
    expect(paragraph.replaceAll("\n", " ")).toContain(described[name] ?? `\`${name}`);
  }
});

describe("every setting", () => {
  test("belongs to exactly one group", () => {
    const grouped = settingGroups.flatMap(({ settings }) => Object.keys(settings));
    const ofProviders = [...providerSettingsIn({ "OIDC_<NAME>_ISSUER": "x" }).keys()];
    expect(grouped.slice(0, settingsByName.size)).toEqual([...settingsByName.keys()]);
    expect(grouped).toEqual(expect.arrayContaining(ofProviders));
    expect(new Set(grouped).size).toBe(grouped.length);
  });

  test.each([...settingsByName])("%s is described, and its default is valid", (name, setting) => {
    expect(name).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
    expect(setting.description).toMatch(/^[`A-Z0-9].*\.$/);
    if (typeof setting.default === "string")
      expect(load({}).settings).toEqual(load({ [name]: setting.default }).settings);
    else expect(setting.example).toBeString();
  });
});

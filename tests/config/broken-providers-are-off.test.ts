import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { mayBePrivate } from "../../src/platform/config/providers/provider-settings.ts";
import type { Settings } from "../../src/platform/config/settings.ts";
import { TEST_KEY } from "../support/test-certificate.ts";
import { load, production } from "./load.ts";

const google = { GOOGLE_CLIENT_ID: "google-client", GOOGLE_CLIENT_SECRET: "google-secret" };
const acme = { OIDC_ACME_ISSUER: "https://acme.example.com/realm", OIDC_ACME_CLIENT_ID: "acme" };
const apple = {
  APPLE_CLIENT_ID: "com.example.web",
  APPLE_TEAM_ID: "ABCDE12345",
  APPLE_KEY_ID: "ABC123DEFG",
  APPLE_CLIENT_SECRET: TEST_KEY,
};

/** What production installations are told with these settings. */
function warningsOf(environment: Record<string, string>): readonly string[] {
  const { switchedOff } = load({
    ...production,
    DATABASE_URL: "postgres://localhost/d",
    ...environment,
  });
  return switchedOff;
}

function namesOf(environment: Record<string, string>): string[] {
  return load(environment).settings.providers.map(({ name }) => name);
}

function providerIn(
  environment: Record<string, string>,
): Settings["providers"][number] | undefined {
  return load(environment).settings.providers[0];
}

describe("a provider whose settings are complete is on", () => {
  test.each<[string, Record<string, string>, object]>([
    [
      "google",
      { ...google, GOOGLE_NATIVE_CLIENT_IDS: "ios, android" },
      {
        clientId: "google-client",
        clientSecret: "google-secret",
        nativeClientIds: ["ios", "android"],
      },
    ],
    [
      "github",
      { GITHUB_CLIENT_ID: "a", GITHUB_CLIENT_SECRET: "b" },
      { clientId: "a", clientSecret: "b" },
    ],
    [
      "microsoft",
      { MICROSOFT_CLIENT_ID: "a", MICROSOFT_CLIENT_SECRET: "b" },
      { clientId: "a", clientSecret: "b", tenant: "common" },
    ],
    [
      "gitlab",
      {
        GITLAB_CLIENT_ID: "a",
        GITLAB_CLIENT_SECRET: "b",
        GITLAB_URL: "https://git.example.com/x/",
      },
      {
        clientId: "a",
        clientSecret: "b",
        url: "https://git.example.com/x",
        allowPrivate: false,
        privateHost: null,
      },
    ],
    [
      "discord",
      { DISCORD_CLIENT_ID: "a", DISCORD_CLIENT_SECRET: "b" },
      { clientId: "a", clientSecret: "b" },
    ],
    [
      "apple",
      apple,
      {
        clientId: "com.example.web",
        teamId: "ABCDE12345",
        keyId: "ABC123DEFG",
        clientSecret: TEST_KEY,
        nativeClientIds: [],
      },
    ],
  ])("%s", (name, environment, expected) => {
    expect(load(environment).settings.providers).toEqual([
      expect.objectContaining({ kind: name, name, ...expected }),
    ]);
    expect(warningsOf(environment)).toEqual([]);
  });

  test("an issuer of the operator's choice, which may be a public client", () => {
    expect(providerIn(acme)).toEqual({
      kind: "oidc",
      name: "acme",
      issuer: "https://acme.example.com/realm",
      clientId: "acme",
      clientSecret: null,
      scopes: ["openid", "email", "profile"],
      allowPrivate: false,
      privateHost: null,
    });
  });

  test("any number of issuers, after the built-in providers", () => {
    const environment = {
      OIDC_MY_IDP_2_ISSUER: "https://idp.example.com/",
      OIDC_MY_IDP_2_CLIENT_ID: "g",
      OIDC_MY_IDP_2_SCOPES: "openid groups",
      ...acme,
      ...google,
    };
    const { providers } = load(environment).settings;
    expect(providers.map(({ name }) => name)).toEqual(["google", "acme", "my-idp-2"]);
    expect(providers[2]).toMatchObject({
      issuer: "https://idp.example.com/",
      scopes: ["openid", "groups"],
    });
  });

  test("the key of Apple may have its line breaks as two characters", () => {
    const key = TEST_KEY.replaceAll("\n", String.raw`\n`);
    expect(providerIn({ ...apple, APPLE_CLIENT_SECRET: key })).toMatchObject({
      clientSecret: TEST_KEY,
    });
  });

  test("without settings none is on, and no warning is given", () => {
    expect(namesOf({ GOOGLE_CLIENT_ID: "", OIDC_ACME_ISSUER: "" })).toEqual([]);
    expect(warningsOf({ GOOGLE_CLIENT_ID: "", OIDC_ACME_ISSUER: "" })).toEqual([]);
  });
});

// security 126
describe("a provider whose settings are wrong is off with one warning, and the others are on:", () => {
  const rsaKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  const otherCurve = generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  const canary = "CaNaRy";

  test.each<[string, Record<string, string>, string[]]>([
    ["an id without a secret", { GITHUB_CLIENT_ID: canary }, ["GITHUB_CLIENT_SECRET"]],
    ["a secret without an id", { DISCORD_CLIENT_SECRET: canary }, ["DISCORD_CLIENT_ID"]],
    [
      "neither id nor secret",
      { GITLAB_URL: `https://${canary}.example.com` },
      ["GITLAB_CLIENT_ID", "GITLAB_CLIENT_SECRET"],
    ],
    [
      "a secret with a line break",
      { GITHUB_CLIENT_ID: "a", GITHUB_CLIENT_SECRET: `${canary}\n${canary}` },
      ["GITHUB_CLIENT_SECRET"],
    ],
    [
      "a tenant of a wrong form",
      { MICROSOFT_CLIENT_ID: "a", MICROSOFT_CLIENT_SECRET: "b", MICROSOFT_TENANT: `../${canary}` },
      ["MICROSOFT_TENANT"],
    ],
    [
      "an address that is no URL",
      { GITLAB_CLIENT_ID: "a", GITLAB_CLIENT_SECRET: "b", GITLAB_URL: canary },
      ["GITLAB_URL"],
    ],
    [
      "a public address over http",
      {
        GITLAB_CLIENT_ID: "a",
        GITLAB_CLIENT_SECRET: "b",
        GITLAB_URL: `http://${canary}.example.com`,
      },
      ["GITLAB_URL"],
    ],
    ["Apple without a team", { ...apple, APPLE_TEAM_ID: "" }, ["APPLE_TEAM_ID"]],
    ["Apple without a key id", { ...apple, APPLE_KEY_ID: "" }, ["APPLE_KEY_ID"]],
    ["a team id of a wrong form", { ...apple, APPLE_TEAM_ID: canary }, ["APPLE_TEAM_ID"]],
    [
      "a secret instead of a key",
      { ...apple, APPLE_CLIENT_SECRET: canary },
      ["APPLE_CLIENT_SECRET"],
    ],
    ["an RSA key", { ...apple, APPLE_CLIENT_SECRET: rsaKey }, ["APPLE_CLIENT_SECRET"]],
    [
      "a key on another curve",
      { ...apple, APPLE_CLIENT_SECRET: otherCurve },
      ["APPLE_CLIENT_SECRET"],
    ],
    [
      "half a key",
      { ...apple, APPLE_CLIENT_SECRET: TEST_KEY.slice(0, 120) },
      ["APPLE_CLIENT_SECRET"],
    ],
    [
      "an issuer without a client",
      { OIDC_X_ISSUER: "https://x.example.com" },
      ["OIDC_X_CLIENT_ID"],
    ],
    ["a client without an issuer", { OIDC_X_CLIENT_ID: canary }, ["OIDC_X_ISSUER"]],
    [
      "an issuer that is no URL",
      { OIDC_X_ISSUER: `x.${canary}`, OIDC_X_CLIENT_ID: "a" },
      ["OIDC_X_ISSUER"],
    ],
    [
      "an issuer with a user",
      { OIDC_X_ISSUER: `https://${canary}@x.example.com`, OIDC_X_CLIENT_ID: "a" },
      ["OIDC_X_ISSUER"],
    ],
    [
      "an issuer with a query",
      { OIDC_X_ISSUER: `https://x.example.com?${canary}`, OIDC_X_CLIENT_ID: "a" },
      ["OIDC_X_ISSUER"],
    ],
    [
      "a public issuer over http",
      { OIDC_X_ISSUER: `http://${canary}.example.com`, OIDC_X_CLIENT_ID: "a" },
      ["OIDC_X_ISSUER"],
    ],
    [
      "a public address over http",
      { OIDC_X_ISSUER: "http://8.8.8.8", OIDC_X_CLIENT_ID: "a" },
      ["OIDC_X_ISSUER"],
    ],
    [
      "scopes without openid",
      { OIDC_X_ISSUER: "https://x.example.com", OIDC_X_CLIENT_ID: "a", OIDC_X_SCOPES: canary },
      ["OIDC_X_SCOPES"],
    ],
    [
      "a switch that is neither true nor false",
      {
        OIDC_X_ISSUER: "https://x.example.com",
        OIDC_X_CLIENT_ID: "a",
        OIDC_X_ALLOW_PRIVATE: canary,
      },
      ["OIDC_X_ALLOW_PRIVATE"],
    ],
    [
      "the name of a built-in provider",
      { OIDC_GITHUB_ISSUER: "https://x.example.com", OIDC_GITHUB_CLIENT_ID: canary },
      ["OIDC_GITHUB_ISSUER"],
    ],
    [
      "the name of another operation",
      { OIDC_EXCHANGE_ISSUER: "https://x.example.com", OIDC_EXCHANGE_CLIENT_ID: canary },
      ["OIDC_EXCHANGE_ISSUER"],
    ],
    [
      "a long name",
      {
        [`OIDC_${"A".repeat(33)}_ISSUER`]: "https://x.example.com",
        [`OIDC_${"A".repeat(33)}_CLIENT_ID`]: canary,
      },
      [`OIDC_${"A".repeat(33)}_ISSUER`],
    ],
    [
      "a file that is missing",
      { GITHUB_CLIENT_ID: "a", GITHUB_CLIENT_SECRET_FILE: `/nowhere/${canary}` },
      ["GITHUB_CLIENT_SECRET_FILE"],
    ],
    [
      "a secret that is set twice",
      {
        OIDC_X_ISSUER: "https://x.example.com",
        OIDC_X_CLIENT_ID: "a",
        OIDC_X_CLIENT_SECRET: canary,
        OIDC_X_CLIENT_SECRET_FILE: canary,
      },
      ["OIDC_X_CLIENT_SECRET"],
    ],
  ])("%s", (_, environment, settings) => {
    const all = { ...google, ...acme, ...environment };
    expect(namesOf(all)).toEqual(["google", "acme"]);
    const warnings = warningsOf(all);
    expect(warnings).toHaveLength(1);
    const [warning = ""] = warnings;
    expect(warning).toEndWith(" is off");
    expect(warning.toLowerCase()).not.toContain(canary.toLowerCase());
    const named = warning.split("; ").map((issue) => issue.split(" ")[0] ?? "");
    expect(named).toEqual(settings);
  });

  test("each of several", () => {
    const warnings = warningsOf({ GITHUB_CLIENT_ID: "a", OIDC_X_CLIENT_ID: "b", ...google });
    expect(warnings).toEqual([
      "GITHUB_CLIENT_SECRET is missing: social login with github is off",
      "OIDC_X_ISSUER is missing: social login with x is off",
    ]);
  });
});

describe("private addresses", () => {
  function issuerWith(issuer: string, other: Record<string, string> = {}) {
    const provider = providerIn({ OIDC_X_ISSUER: issuer, OIDC_X_CLIENT_ID: "a", ...other });
    if (provider?.kind !== "oidc") throw new Error("the issuer is off");
    return provider;
  }

  test.each([
    "http://localhost:8080/realms/main",
    "http://127.0.0.1:8080",
    "http://[::1]:8080",
    "https://10.1.2.3",
    "https://192.168.1.1:8443/x",
    "https://[fd00::1]",
    "http://keycloak:8080",
    "http://idp.localhost",
    "https://idp.local",
    "http://idp.corp.internal/",
    "https://idp.lan",
    "https://idp.home.arpa",
  ])("%s may be called, and no other private host", (issuer) => {
    const provider = issuerWith(issuer);
    expect(mayBePrivate(provider, `${issuer}/.well-known/openid-configuration`)).toBe(true);
    for (const url of [
      "http://127.0.0.1:9999/",
      "https://other.internal",
      "https://x.example.com",
      "no",
    ]) {
      expect(mayBePrivate(provider, url)).toBe(false);
    }
  });

  test.each([
    "https://idp.example.com",
    "https://8.8.8.8",
    "https://169.254.169.254",
    "https://0.0.0.0",
    "https://localhost.example.com",
    "https://internal.example",
  ])("%s may not be private", (issuer) => {
    expect(mayBePrivate(issuerWith(issuer), issuer)).toBe(false);
  });

  test("all endpoints of an issuer may be private with ALLOW_PRIVATE, and use http", () => {
    const provider = issuerWith("http://idp.example.com", { OIDC_X_ALLOW_PRIVATE: "true" });
    expect(mayBePrivate(provider, "http://10.0.0.1/token")).toBe(true);
  });

  test("an address of GitLab in a private network may be called", () => {
    const provider = providerIn({
      GITLAB_CLIENT_ID: "a",
      GITLAB_CLIENT_SECRET: "b",
      GITLAB_URL: "http://gitlab.lan/",
    });
    if (provider?.kind !== "gitlab") throw new Error("GitLab is off");
    expect(mayBePrivate(provider, "http://gitlab.lan/oauth/token")).toBe(true);
    expect(mayBePrivate(provider, "http://gitlab.lan:81/oauth/token")).toBe(false);
  });
});

describe("NAME_FILE", () => {
  let directory = "";
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "gatehouse-providers-"));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test("works for the settings of providers", () => {
    const key = join(directory, "key.p8");
    writeFileSync(key, `${TEST_KEY}\n`);
    const secret = join(directory, "secret");
    writeFileSync(secret, "from a file\n");
    const { APPLE_CLIENT_SECRET: _, ...rest } = apple;
    const { providers } = load({
      ...rest,
      APPLE_CLIENT_SECRET_FILE: key,
      ...acme,
      OIDC_ACME_CLIENT_SECRET_FILE: secret,
    }).settings;
    expect(providers).toEqual([
      expect.objectContaining({ name: "apple", clientSecret: TEST_KEY }),
      expect.objectContaining({ name: "acme", clientSecret: "from a file" }),
    ]);
  });
});

import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { exampleSecret, isWeakSecret } from "../../src/platform/config/weak-secrets.ts";
import { load, problemsOf, production, refusedNames } from "./load.ts";

const developmentFile = {
  MAIL_TRANSPORT: "file",
  SMTP_SERVER: undefined,
  SMTP_FROM_EMAIL: undefined,
};

const otherSecret = randomBytes(32).toString("base64");

/** Production without anything to warn of. */
const fit = {
  ...production,
  METRICS_ENABLED: "false",
  DATABASE_URL: "postgres://db.internal/d?sslmode=verify-full",
};

// security 124
describe("production refuses", () => {
  const refused: [string, Record<string, string | undefined>, string[]][] = [
    ["no signing secret", { JWT_SECRET_KEY: undefined }, ["JWT_SECRET_KEY"]],
    ["an empty signing secret", { JWT_SECRET_KEY: "" }, ["JWT_SECRET_KEY"]],
    [
      "a short signing secret",
      { JWT_SECRET_KEY: "8f1c64e2ab07d8530e7b91f4c26ad35" },
      ["JWT_SECRET_KEY"],
    ],
    [
      "a short earlier secret",
      { JWT_SECRET_KEY_PREVIOUS: "8f1c64e2ab07" },
      ["JWT_SECRET_KEY_PREVIOUS"],
    ],
    [
      "a weak earlier secret",
      { JWT_SECRET_KEY_PREVIOUS: "changeme".repeat(5) },
      ["JWT_SECRET_KEY_PREVIOUS"],
    ],
    ["a weak encryption key", { ENCRYPTION_KEY: "a".repeat(64) }, ["ENCRYPTION_KEY"]],
    [
      "a weak previous encryption key",
      { ENCRYPTION_KEY_PREVIOUS: "a".repeat(64) },
      ["ENCRYPTION_KEY_PREVIOUS"],
    ],
    [
      "an encryption key that also signs tokens",
      { ENCRYPTION_KEY: production.JWT_SECRET_KEY },
      ["ENCRYPTION_KEY"],
    ],
    [
      "an earlier signing secret that is the present one",
      { JWT_SECRET_KEY_PREVIOUS: production.JWT_SECRET_KEY },
      ["JWT_SECRET_KEY_PREVIOUS"],
    ],
    [
      "a previous encryption key that is the present one",
      { ENCRYPTION_KEY: otherSecret, ENCRYPTION_KEY_PREVIOUS: otherSecret },
      ["ENCRYPTION_KEY_PREVIOUS"],
    ],
    [
      "a previous encryption key that is the signing secret, which encrypts",
      { ENCRYPTION_KEY_PREVIOUS: production.JWT_SECRET_KEY },
      ["ENCRYPTION_KEY_PREVIOUS"],
    ],
    ["no public address", { PUBLIC_URL: undefined }, ["PUBLIC_URL"]],
    ["a public address with a path", { PUBLIC_URL: "https://example.com/auth" }, ["PUBLIC_URL"]],
    ["an unencrypted public address", { PUBLIC_URL: "http://auth.example.com" }, ["PUBLIC_URL"]],
    [
      "a public address that only begins like a local one",
      { PUBLIC_URL: "http://localhost.example.com" },
      ["PUBLIC_URL"],
    ],
    [
      "an unencrypted page for tokens",
      { LINK_VERIFY_EMAIL: "http://app.example.com/verify" },
      ["LINK_VERIFY_EMAIL"],
    ],
    [
      "unencrypted pages for tokens of every other kind",
      {
        LINK_MAGIC_LINK: "http://app.example.com/in",
        LINK_RESET_PASSWORD: "http://app.example.com/reset",
        LINK_CHANGE_EMAIL: "http://app.example.com/change",
      },
      ["LINK_MAGIC_LINK", "LINK_RESET_PASSWORD", "LINK_CHANGE_EMAIL"],
    ],
    ["mails in files", developmentFile, ["MAIL_TRANSPORT"]],
    ["mails in files although a server is named", { MAIL_TRANSPORT: "file" }, ["MAIL_TRANSPORT"]],
    [
      "no word about mail",
      { SMTP_SERVER: undefined, SMTP_FROM_EMAIL: undefined },
      ["MAIL_TRANSPORT"],
    ],
    ["cheap hashes", { BCRYPT_COST: "9" }, ["BCRYPT_COST"]],
    ["every IPv4 proxy", { TRUSTED_PROXIES: "0.0.0.0/0" }, ["TRUSTED_PROXIES"]],
    ["every IPv6 proxy", { TRUSTED_PROXIES: "10.0.0.0/8,::/0" }, ["TRUSTED_PROXIES"]],
    [
      "every proxy in two halves",
      { TRUSTED_PROXIES: "0.0.0.0/1,128.0.0.0/1" },
      ["TRUSTED_PROXIES"],
    ],
    ["every proxy under another address", { TRUSTED_PROXIES: "10.1.2.3/0" }, ["TRUSTED_PROXIES"]],
    ["every IPv4 proxy in IPv6 clothes", { TRUSTED_PROXIES: "::ffff:0:0/96" }, ["TRUSTED_PROXIES"]],
    ["any origin", { ALLOWED_ORIGINS: "*" }, ["ALLOWED_ORIGINS"]],
    ["a long grace for replaced tokens", { REFRESH_TOKEN_GRACE: "11s" }, ["REFRESH_TOKEN_GRACE"]],
    ["many guesses at a code", { OTP_MAX_ATTEMPTS: "6" }, ["OTP_MAX_ATTEMPTS"]],
  ];

  test.each(refused)("%s", (_, changes, names) => {
    expect(refusedNames({ ...production, ...changes })).toEqual(names);
  });

  test.each([
    "gatehouse-prod-3f9a1c7be2d84056ab91cd44",
    "a-production-secret-key-with-at-least-32-bytes",
    "MyPassword-3f9a1c7be2d84056ab91cd4471",
  ])("accepts the secret %s, whose other characters are sufficient", (secret) => {
    expect(load({ ...production, JWT_SECRET_KEY: secret }).settings.jwtSecretKey).toBe(secret);
  });

  // The attack: an operator asks for a protection, it is not there, and the start does not say so.
  // security 152
  test("JWT_KEY_ROTATION=30d with HS256, which rotates no key, and development names it", () => {
    const given = { JWT_KEY_ROTATION: "30d" };
    expect(refusedNames({ ...production, ...given })).toEqual(["JWT_KEY_ROTATION"]);
    const { warnings } = load(given);
    expect(warnings.filter((warning) => warning.startsWith("JWT_KEY_ROTATION "))).toHaveLength(1);
    const withKeys = load({ ...production, ...given, JWT_ALGORITHM: "EdDSA" });
    expect(withKeys.settings.environment).toBe("production");
  });

  // security 32
  test.each([
    exampleSecret,
    `previous-${exampleSecret}`,
    "your-super-secret-jwt-key-change-this-in-production",
    "YOUR_SUPER_SECRET_JWT_KEY_CHANGE_THIS_IN_PRODUCTION",
    "secretsecretsecretsecretsecretsecret",
    "test-secret-key-for-testing-test-secret-key",
    "changemechangemechangemechangeme",
    "a".repeat(32),
    "ab".repeat(20),
    "0123456789abcdef0123456789abcdef",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "zyxwvutsrqponmlkjihgfedcba9876543210",
    "1212312341234512345612345671234567",
    "f9a1c7be2d84056f9a1c7be2d84056f9a1",
  ])("the guessable secret %s, which causes only a warning in development", (secret) => {
    expect(refusedNames({ ...production, JWT_SECRET_KEY: secret })).toEqual(["JWT_SECRET_KEY"]);
    const { settings, warnings } = load({ JWT_SECRET_KEY: secret });
    expect(settings.jwtSecretKey).toBe(secret);
    expect(
      warnings.filter((warning) => warning.startsWith("JWT_SECRET_KEY is an example")),
    ).toHaveLength(1);
  });

  test.each(["secret", "changeme", "test-secret-key-for-testing", "x".repeat(31)])(
    "the short secret %s, everywhere",
    (secret) => {
      for (const ENVIRONMENT of ["production", "development", "test"]) {
        expect(refusedNames({ ...production, ENVIRONMENT, JWT_SECRET_KEY: secret })).toEqual([
          "JWT_SECRET_KEY",
        ]);
      }
    },
  );

  test("all problems at once, each setting named once", () => {
    const names = refusedNames({
      ENVIRONMENT: "production",
      JWT_SECRET_KEY: undefined,
      JWT_SECRT_KEY: "x",
      PORT: "http",
      BCRYPT_COST: "4",
      TRUSTED_PROXIES: "0.0.0.0/0",
      SMTP_USERNAME: "me",
      MAIL_TRANSPORT: "smtp",
    });
    expect(names.toSorted()).toEqual([
      "BCRYPT_COST",
      "JWT_SECRET_KEY",
      "JWT_SECRT_KEY",
      "PORT",
      "PUBLIC_URL",
      "SMTP_FROM_EMAIL",
      "SMTP_PASSWORD",
      "SMTP_SERVER",
      "TRUSTED_PROXIES",
    ]);
  });

  test("with the remedy in the message", () => {
    const [problem] = problemsOf({ ...production, ...developmentFile, MAIL_TRANSPORT: undefined });
    expect(problem?.issue).toContain("SMTP_SERVER");
    expect(problem?.issue).toContain("MAIL_TRANSPORT=none");
  });
});

describe("production takes", () => {
  test.each([
    ["what it asks for", {}],
    ["no mail, when that is said", { ...developmentFile, MAIL_TRANSPORT: "none" }],
    ["an unencrypted address of this machine", { PUBLIC_URL: "http://localhost:8000" }],
    ["an unencrypted IPv4 loopback address", { PUBLIC_URL: "http://127.0.0.1:8000" }],
    ["an unencrypted IPv6 loopback address", { PUBLIC_URL: "http://[::1]:8000" }],
    ["private networks of proxies", { TRUSTED_PROXIES: "10.0.0.0/8,fc00::/7,::ffff:10.0.0.0/104" }],
    [
      "an encryption key of its own, after the signing secret",
      { ENCRYPTION_KEY: otherSecret, ENCRYPTION_KEY_PREVIOUS: production.JWT_SECRET_KEY },
    ],
    ["a good earlier secret", { JWT_SECRET_KEY_PREVIOUS: randomBytes(32).toString("base64") }],
  ])("%s", (_, changes) => {
    expect(load({ ...production, ...changes }).settings.environment).toBe("production");
  });

  test("random secrets, however they are written", () => {
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      const secrets = Array.from({ length: 300 }, () => randomBytes(32).toString(encoding));
      expect(secrets.filter(isWeakSecret)).toEqual([]);
    }
  });
});

describe("everywhere", () => {
  test.each<[string, Record<string, string>, string[]]>([
    [
      "SMTP needs a server",
      { MAIL_TRANSPORT: "smtp", SMTP_FROM_EMAIL: "a@example.com" },
      ["SMTP_SERVER"],
    ],
    ["SMTP needs a sender", { SMTP_SERVER: "localhost" }, ["SMTP_FROM_EMAIL"]],
    ["a mail user needs a password", { SMTP_USERNAME: "me" }, ["SMTP_PASSWORD"]],
    ["a mail password needs a user", { SMTP_PASSWORD: "pw" }, ["SMTP_USERNAME"]],
    [
      "nothing is concealed where a registration signs in at once",
      { CONCEAL_ACCOUNTS: "true", REQUIRE_EMAIL_VERIFICATION: "false" },
      ["CONCEAL_ACCOUNTS"],
    ],
    ["the audit log needs its destination", { AUDIT_STREAM: "amqp" }, ["EVENTS_AMQP_URL"]],
    ["cheap hashes are for tests", { BCRYPT_COST: "4" }, ["BCRYPT_COST"]],
  ])("%s", (_, environment, names) => {
    expect(refusedNames(environment)).toEqual(names);
  });

  test("a low hash cost is accepted in tests", () => {
    expect(load({ ENVIRONMENT: "test", BCRYPT_COST: "4" }).settings.bcryptCost).toBe(4);
  });
});

describe("warnings are printed", () => {
  const names = (environment: Record<string, string | undefined>): string[] =>
    load(environment).warnings.map((warning) => warning.split(" ")[0] ?? "");

  test("for settings that production would refuse", () => {
    expect(names({ JWT_SECRET_KEY: exampleSecret, TRUSTED_PROXIES: "0.0.0.0/0" })).toEqual([
      "ENVIRONMENT",
      "PUBLIC_URL",
      "MAIL_TRANSPORT",
      "JWT_SECRET_KEY",
      "TRUSTED_PROXIES",
      "DATABASE_URL",
    ]);
  });

  test("for settings that production accepts with a drawback", () => {
    expect(names({ ...production, ...developmentFile, MAIL_TRANSPORT: "none" })).toEqual([
      "DATABASE_URL",
      "METRICS_TOKEN",
      "MAIL_TRANSPORT",
    ]);
    expect(names({ ...fit, SMTP_TLS: "none" })).toEqual(["SMTP_TLS"]);
  });

  test("where unverified users cannot sign in because no mail is sent", () => {
    const silent = { ...production, ...developmentFile, MAIL_TRANSPORT: "none" };
    expect(load(silent).warnings.at(-1)).toContain("no user can verify");
    const open = load({ ...silent, REQUIRE_EMAIL_VERIFICATION: "false" });
    expect(open.warnings.join()).not.toContain("no user can verify");
  });

  test("for traces that cross a network without https", () => {
    const names = (OTEL_EXPORTER_OTLP_ENDPOINT: string) =>
      load({ ...production, OTEL_EXPORTER_OTLP_ENDPOINT }).warnings.join();
    const plain = "OTEL_EXPORTER_OTLP_ENDPOINT is not https";
    expect(names("http://collector.example.com:4318")).toContain(plain);
    for (const fit of ["http://localhost:4318", "http://otel:4318", "https://o.example.com"]) {
      expect(names(fit)).not.toContain(plain);
    }
  });

  // security 163
  test.each<[string, Record<string, string>, string[]]>([
    ["another host without TLS", { DATABASE_URL: "postgres://db.internal/d" }, ["DATABASE_URL"]],
    ...["disable", "allow", "prefer", "require"].map(
      (mode): [string, Record<string, string>, string[]] => [
        `another host with sslmode=${mode}`,
        { DATABASE_URL: `postgres://u:p@db.internal:5432/d?sslmode=${mode}` },
        ["DATABASE_URL"],
      ],
    ),
    [
      "a second host without TLS",
      { DATABASE_URL: "postgres://localhost,db.internal/d" },
      ["DATABASE_URL"],
    ],
    [
      "a host that only begins like a local one",
      { DATABASE_URL: "postgres://localhost.example.com/d" },
      ["DATABASE_URL"],
    ],
    [
      "plain http with the cookie",
      {
        ALLOWED_ORIGINS: "https://a.example.com,http://b.example.com",
        REFRESH_TOKEN_COOKIE: "true",
      },
      ["ALLOWED_ORIGINS"],
    ],
    [
      "unverified addresses",
      { REQUIRE_EMAIL_VERIFICATION: "false" },
      ["REQUIRE_EMAIL_VERIFICATION"],
    ],
    ["no rotation", { REFRESH_TOKEN_ROTATION: "false" }, ["REFRESH_TOKEN_ROTATION"]],
    ...["EdDSA", "ES256", "RS256"].map((algorithm): [string, Record<string, string>, string[]] => [
      `access tokens of a day with ${algorithm}`,
      { JWT_ALGORITHM: algorithm },
      ["JWT_ACCESS_TOKEN_TTL"],
    ]),
  ])("for what weakens the protection: %s", (_, changes, expected) => {
    expect(names({ ...fit, ...changes })).toEqual(expected);
  });

  test.each([
    { DATABASE_URL: "postgres://db.internal/d?sslmode=verify-full" },
    { DATABASE_URL: "postgres://db.internal/d?sslrootcert=system" },
    { DATABASE_URL: "postgres:///d" },
    { DATABASE_URL: "postgres://u@127.0.0.1:5432/d" },
    { DATABASE_URL: "postgres://u@[::1]:5432/d" },
    { DATABASE_URL: "postgres://u@%2Fvar%2Frun%2Fpostgresql/d" },
    { ALLOWED_ORIGINS: "http://b.example.com" },
    { ALLOWED_ORIGINS: "https://b.example.com", REFRESH_TOKEN_COOKIE: "true" },
    { JWT_ALGORITHM: "EdDSA", JWT_ACCESS_TOKEN_TTL: "1h" },
  ])("none, where every setting is fit: %j", (changes) => {
    expect(load({ ...fit, ...changes }).warnings).toEqual([]);
  });
});

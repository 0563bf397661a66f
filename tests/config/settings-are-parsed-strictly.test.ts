import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import fc from "fast-check";
import { size } from "../../src/platform/config/kinds.ts";
import { loadSettings } from "../../src/platform/config/load-settings.ts";
import { goodSecret, load, refusedNames } from "./load.ts";

// security 125
describe("values that are not exactly of their form are refused", () => {
  const refused: Record<string, string[]> = {
    ENVIRONMENT: ["prod", "Production", "staging", " production"],
    HOST: ["http://localhost", "localhost:80", "[::1]", "a b", "-a", "a..b", "localhost\n"],
    PORT: [
      "http",
      "-1",
      "65536",
      "08000",
      "8000.0",
      "8e3",
      "0x50",
      " 80",
      "80 ",
      "1_000",
      "tcp://10.0.0.1:25",
    ],
    PUBLIC_URL: [
      "auth.example.com",
      "ftp://a.example",
      "https:a.example",
      "https:\\\\a.example",
      "https:///a.example",
      "https://a.example/auth",
      "https://a.example//",
      "https://a.example?x=1",
      "https://a.example?",
      "https://a.example#x",
      "https://me@a.example",
      "https://me:pw@a.example/x",
      "https://a.example/ x",
      "https://a.example\n",
      "javascript:alert(1)",
      "https://a:99999",
      "https://*.a.example",
      "https://a..b",
    ],
    SERVICE_NAME: ["x".repeat(65), " a", "a ", "a\r\nBcc: b@example.com", "a\u0000b", "\uD800"],
    LOG_LEVEL: ["verbose", "INFO", "10"],
    LOG_FORMAT: ["text"],
    DATA_DIR: ["a\u0000b", " data"],
    DATABASE_URL: [
      "mysql://localhost/db",
      "localhost/db",
      "postgres:/db",
      "postgres://u:p#w@host/db",
      "postgres://u:1?p@host/db",
      "postgres://u:1/p@host/db",
      "postgres://u:p@host:port/db",
      "postgres://u:p@host/d b",
    ],
    DATABASE_POOL_SIZE: ["0", "1001", "many"],
    DATABASE_TIMEOUT: ["15", "abc", "-1s", "1.5h", "0s", "6m"],
    JWT_SECRET_KEY: ["short", "x".repeat(31), `${goodSecret}\n${goodSecret}`],
    JWT_SECRET_KEY_PREVIOUS: ["short"],
    ENCRYPTION_KEY: ["short"],
    JWT_ALGORITHM: ["none", "hs256", "HS512", "eddsa", "ES256K"],
    JWT_KEY_ROTATION: ["90", "0s", "59m", "3651d", "1y"],
    JWT_ISSUER: ["a\nb"],
    JWT_ACCESS_TOKEN_TTL: ["15", "abc", "-1s", "1.5h", "0s", "31d", "86400"],
    JWT_REFRESH_TOKEN_TTL: ["0s", "7"],
    SESSION_MAX_AGE: ["0s", "1y"],
    REFRESH_TOKEN_ROTATION: ["yes", "1", "TRUE", "True", "on"],
    REFRESH_TOKEN_GRACE: ["61s", "2m", "10"],
    PASSWORD_GRANT_ENABLED: ["0", "no"],
    BCRYPT_COST: ["3", "16", "12.0"],
    PASSWORD_MIN_LENGTH: ["7", "65"],
    VERIFY_REMINDERS: ["24h,", "72h,24h", "24h,24h", "0s", "24", "24h;72h", "91d", "1h,x,2h"],
    UNVERIFIED_RETENTION: ["0s", "23h", "36501d", "30", "off"],
    PASSWORD_REQUIRE: ["upper,", ",", "upper,upper", "upper;digit", "Upper", "emoji"],
    VERIFY_EMAIL_TTL: ["25h", "2d"],
    MAGIC_LINK_TTL: ["16m", "0s"],
    PASSWORD_RESET_TTL: ["25h", "0s"],
    OTP_TTL: ["11m", "1h"],
    OTP_MAX_ATTEMPTS: ["0", "11"],
    MAIL_TRANSPORT: ["sendmail"],
    SMTP_SERVER: ["smtp://mail.example.com", "mail.example.com:25"],
    SMTP_PORT: ["0", "65536"],
    SMTP_FROM_EMAIL: [
      "auth",
      "a@b@c",
      "Auth <a@example.com>",
      "a b@example.com",
      "a@example.com\r\nBcc: x",
      "a@",
      "@b",
      ".a@b.c",
      "a@-b.c",
    ],
    SMTP_TLS: ["true", "ssl"],
    LINK_VERIFY_EMAIL: [
      "/verify",
      "https://a.example/?x=1",
      "https://a.example/#x",
      "javascript:alert(1)",
    ],
    REGISTRATION: ["true", "Open", "invited", "none"],
    ALLOWED_EMAIL_DOMAINS: [
      "@example.com",
      "*.example.com",
      "ada@example.com",
      "example",
      "localhost",
      "10.0.0.1",
      "example.com.",
      "example.com,",
      "example.com/",
      "exa mple.com",
      "-a.example",
      "a-.example",
      "example.com,EXAMPLE.com",
    ],
    RESERVED_USERNAMES: ["a b", "ada@example.com", "-a", "a,", "a,A", "ädä", "a".repeat(65)],
    USERNAME_QUARANTINE: ["-1d", "90", "3651d", "forever"],
    ALLOWED_ORIGINS: [
      "*",
      "https://a.example,*",
      "https://*.a.example",
      "null",
      "a.example",
      "https://a.example/",
      "https://a.example/x",
      "https://A.example",
      "https://a.example:443",
      "https://a.example,",
      "https://me@a.example",
      "https://a.example,https://a.example",
    ],
    TRUSTED_PROXIES: [
      "10.0.0.1",
      "10/8",
      "10.0.0.0/33",
      "fd00::/129",
      "010.0.0.0/8",
      "proxy/8",
      "10.0.0.0/8,",
      "any",
    ],
    LOGIN_QUEUE: ["0", "-1"],
    SHUTDOWN_TIMEOUT: ["25", "0s"],
    BODY_LIMIT: ["64KB", "64k", "1 MiB", "0", "1023", "17MiB", "1.5MiB", "-1", "064KiB"],
    TOKEN_CACHE_SIZE: ["64MB", "64", "1023KiB", "65537MiB", "0", "1GiB"],
    DOCS_ENABLED: ["enabled"],
    POSTS_ENABLED: ["off"],
    EVENTS_NATS_URL: ["nats:4222", "http://nats:4222", "nats://u:p@ss@h", "nats://h#x", "nats://"],
    EVENTS_AMQP_URL: ["amqp:mq", "nats://mq"],
    EVENTS_REDIS_URL: ["redis://", "localhost:6379"],
    EVENTS_KAFKA_BROKERS: ["kafka", "kafka:0", "kafka:65536", "kafka:9092,kafka:9092", "k:1,"],
    WEBHOOK_URL: ["ftp://h/", "https:h", "https://u:p@h/", "https://h/#x"],
  };
  const cases = Object.entries(refused).flatMap(([name, texts]) =>
    texts.map((text) => [name, text] as const),
  );

  test.each(cases)("%s=%j", (name, text) => {
    expect(refusedNames({ ENVIRONMENT: "test", [name]: text })).toContain(name);
  });
});

describe("valid values are accepted", () => {
  const accepted: [string, string, string, unknown][] = [
    ["HOST", "::", "host", "::"],
    ["HOST", "0.0.0.0", "host", "0.0.0.0"],
    ["PORT", "0", "port", 0],
    ["PORT", "65535", "port", 65_535],
    ["PUBLIC_URL", "https://Auth.Example.com/", "publicUrl", "https://auth.example.com"],
    ["PUBLIC_URL", "https://example.com:443/", "publicUrl", "https://example.com"],
    ["PUBLIC_URL", "http://[::1]:8000", "publicUrl", "http://[::1]:8000"],
    ["DATA_DIR", "relative/data", "dataDir", resolve("relative/data")],
    [
      "DATABASE_URL",
      "postgresql://u:p%40@h:1/d?sslmode=require",
      "databaseUrl",
      "postgresql://u:p%40@h:1/d?sslmode=require",
    ],
    ["DATABASE_URL", "postgres:///d", "databaseUrl", "postgres:///d"],
    ["DATABASE_TIMEOUT", "1m", "databaseTimeoutSeconds", 60],
    ["JWT_ACCESS_TOKEN_TTL", "15m", "jwtAccessTokenTtlSeconds", 900],
    ["REFRESH_TOKEN_ROTATION", "false", "refreshTokenRotation", false],
    ["REFRESH_TOKEN_GRACE", "0s", "refreshTokenGraceSeconds", 0],
    ["REFRESH_TOKEN_GRACE", "60s", "refreshTokenGraceSeconds", 60],
    ["VERIFY_REMINDERS", "", "verifyRemindersSeconds", []],
    ["VERIFY_REMINDERS", "1s, 90m,3d", "verifyRemindersSeconds", [1, 5_400, 259_200]],
    ["PASSWORD_REQUIRE", "", "passwordRequire", []],
    ["PASSWORD_REQUIRE", "lower, digit", "passwordRequire", ["lower", "digit"]],
    [
      "LINK_VERIFY_EMAIL",
      "https://app.example.com/@me/",
      "linkVerifyEmail",
      "https://app.example.com/@me/",
    ],
    ["REGISTRATION", "invite", "registration", "invite"],
    [
      "ALLOWED_EMAIL_DOMAINS",
      "Example.com, bücher.example",
      "allowedEmailDomains",
      ["example.com", "xn--bcher-kva.example"],
    ],
    ["ALLOWED_EMAIL_DOMAINS", "", "allowedEmailDomains", []],
    ["RESERVED_USERNAMES", "Sales, no.1", "reservedUsernames", ["sales", "no.1"]],
    ["USERNAME_QUARANTINE", "0s", "usernameQuarantineSeconds", 0],
    [
      "ALLOWED_ORIGINS",
      "https://a.example, http://localhost:3000",
      "allowedOrigins",
      ["https://a.example", "http://localhost:3000"],
    ],
    [
      "TRUSTED_PROXIES",
      "10.0.0.0/8,fd00::/8,192.0.2.7/32",
      "trustedProxies",
      ["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"],
    ],
    ["BODY_LIMIT", "65536", "bodyLimitBytes", 65_536],
    ["EVENTS_NATS_URL", "tls://u:p%40@nats:4222", "eventsNatsUrl", "tls://u:p%40@nats:4222"],
    ["EVENTS_AMQP_URL", "amqps://mq/%2Fhost", "eventsAmqpUrl", "amqps://mq/%2Fhost"],
    ["EVENTS_REDIS_URL", "redis://:p@[::1]:6379/2", "eventsRedisUrl", "redis://:p@[::1]:6379/2"],
    [
      "EVENTS_KAFKA_BROKERS",
      "k-1:9092, [::1]:9093",
      "eventsKafkaBrokers",
      ["k-1:9092", "[::1]:9093"],
    ],
    ["BODY_LIMIT", "1MiB", "bodyLimitBytes", 1_048_576],
    ["TOKEN_CACHE_SIZE", "128MiB", "tokenCacheSizeBytes", 134_217_728],
  ];

  test.each(accepted)("%s=%j", (name, text, key, value) => {
    const settings: Record<string, unknown> = load({ [name]: text }).settings;
    expect(settings[key]).toEqual(value);
  });
});

describe("an unset setting has its default", () => {
  test("no setting is required in development", () => {
    expect(load({}).settings).toEqual({
      environment: "development",
      host: "127.0.0.1",
      port: 8000,
      publicUrl: "http://localhost:8000",
      serviceName: "auth-service",
      logLevel: "info",
      logFormat: "json",
      logRequests: "true",
      dataDir: resolve("data"),
      shutdownTimeoutSeconds: 25,
      databaseUrl: null,
      databasePoolSize: 20,
      databaseTimeoutSeconds: 5,
      jwtSecretKey: goodSecret,
      jwtSecretKeyPrevious: null,
      jwtAlgorithm: "HS256",
      jwtKeyRotationSeconds: 7_776_000,
      jwtIssuer: "http://localhost:8000",
      jwtAudience: "gatehouse",
      jwtAccessTokenTtlSeconds: 86_400,
      jwtRefreshTokenTtlSeconds: 604_800,
      sessionMaxAgeSeconds: 7_776_000,
      refreshTokenRotation: true,
      refreshTokenGraceSeconds: 10,
      refreshTokenCookie: false,
      encryptionKey: null,
      encryptionKeyPrevious: null,
      passwordGrantEnabled: true,
      registration: "open",
      allowedEmailDomains: [],
      reservedUsernames: [],
      usernameQuarantineSeconds: 7_776_000,
      bcryptCost: 12,
      passwordMinLength: 8,
      passwordRequire: ["upper", "digit", "symbol"],
      loginQueue: 64,
      rateLimitsEnabled: true,
      lockoutThreshold: 10,
      lockoutWindowSeconds: 900,
      requireEmailVerification: true,
      concealAccounts: false,
      verifyRemindersSeconds: [86_400, 259_200],
      unverifiedRetentionSeconds: 2_592_000,
      verifyEmailTtlSeconds: 86_400,
      magicLinkTtlSeconds: 600,
      passwordResetTtlSeconds: 1_800,
      otpTtlSeconds: 600,
      otpMaxAttempts: 5,
      linkVerifyEmail: null,
      linkMagicLink: null,
      linkResetPassword: null,
      linkChangeEmail: null,
      mailTransport: "file",
      smtpServer: null,
      smtpPort: 587,
      smtpUsername: null,
      smtpPassword: null,
      smtpFromEmail: "no-reply@localhost",
      smtpTls: "starttls",
      allowedOrigins: [],
      trustedProxies: [],
      bodyLimitBytes: 65_536,
      tokenCacheSizeBytes: 67_108_864,
      docsEnabled: true,
      postsEnabled: true,
      eventsIncludeTokens: true,
      eventsNatsUrl: null,
      eventsAmqpUrl: null,
      eventsRedisUrl: null,
      eventsKafkaBrokers: null,
      eventsKafkaTls: false,
      eventsKafkaUsername: null,
      eventsKafkaPassword: null,
      webhookUrl: null,
      webhookSecret: null,
      webhookAllowPrivate: false,
      auditRetentionSeconds: 31_536_000,
    });
  });

  test("an empty string counts as unset", () => {
    expect(load({ PORT: "", DATABASE_URL: "", DATABASE_URL_FILE: "", SMTP_SERVER: "" })).toEqual(
      load({}),
    );
  });

  test("defaults follow the settings that they are derived from", () => {
    const { settings } = load({
      PORT: "9000",
      SERVICE_NAME: "accounts",
      SMTP_SERVER: "smtp.example.com",
      SMTP_FROM_EMAIL: "a@example.com",
    });
    expect(settings).toMatchObject({
      publicUrl: "http://localhost:9000",
      jwtIssuer: "http://localhost:9000",
      jwtAudience: "gatehouse",
      mailTransport: "smtp",
    });
    expect(load({ PUBLIC_URL: "https://a.example/" }).settings.jwtIssuer).toBe("https://a.example");
  });

  test("logs are readable text on a terminal by default", () => {
    const options = { isTerminal: true, generateSecret: () => goodSecret };
    expect(loadSettings({ JWT_SECRET_KEY: goodSecret }, options).settings.logFormat).toBe("pretty");
    expect(
      loadSettings({ JWT_SECRET_KEY: goodSecret, LOG_FORMAT: "json" }, options).settings.logFormat,
    ).toBe("json");
  });
});

test("a formatted size is parsed back to the same bytes", () => {
  const kind = size("1KiB", "16MiB");
  fc.assert(
    fc.property(fc.integer({ min: 1_024, max: 16_777_216 }), (bytes) => {
      expect(kind.read(kind.show(bytes))).toBe(bytes);
    }),
  );
});

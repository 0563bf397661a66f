import type { Environment } from "./read-given.ts";

/** Names with which other products set what one of our settings sets. */
interface Meaning {
  readonly setting: string;
  readonly names: string;
  /** Completes "set … instead": the form of our value where theirs may differ. */
  readonly form?: string;
}

const exactOrigins = "as exact origins, separated by commas";
const words = "as true or false";

/**
 * Names of supabase/auth, Better Auth, Auth.js, Kratos, Hanko, FastAPI with its template, uvicorn, and of common examples.
 * Ignored, each would leave a default in force, which is often the less safe one.
 */
const meanings: readonly Meaning[] = [
  { setting: "ENVIRONMENT", names: "PYTHON_ENV", form: "as development, production or test" },
  { setting: "HOST", names: "GOTRUE_API_HOST SERVE_PUBLIC_HOST UVICORN_HOST" },
  { setting: "PORT", names: "GOTRUE_API_PORT SERVE_PUBLIC_PORT UVICORN_PORT" },
  {
    setting: "PUBLIC_URL",
    names: "BASE_URL BETTER_AUTH_URL AUTH_URL NEXTAUTH_URL API_EXTERNAL_URL SERVE_PUBLIC_BASE_URL",
    form: "as a URL without a path",
  },
  { setting: "HOST and PORT", names: "SERVER_PUBLIC_ADDRESS" },
  { setting: "SERVICE_NAME", names: "PROJECT_NAME" },
  { setting: "LOG_LEVEL", names: "GOTRUE_LOG_LEVEL" },
  {
    setting: "DATABASE_URL",
    names:
      "SQL_ALCHEMY_DB_URL SQLALCHEMY_DATABASE_URL SQLALCHEMY_DATABASE_URI GOTRUE_DB_DATABASE_URL DSN",
    form: "as a URL that begins with postgres://",
  },
  { setting: "DATABASE_POOL_SIZE", names: "GOTRUE_DB_MAX_POOL_SIZE" },
  {
    setting: "JWT_SECRET_KEY",
    names:
      "SECRET_KEY SECRET JWT_SECRET AUTH_SECRET NEXTAUTH_SECRET BETTER_AUTH_SECRET GOTRUE_JWT_SECRET",
    form: "as a secret of 32 bytes or more",
  },
  {
    setting: "ENCRYPTION_KEY",
    names: "SECRETS_CIPHER SECRETS_DEFAULT SECRETS_KEYS",
    form: "as a secret of 32 bytes or more",
  },
  { setting: "JWT_ALGORITHM", names: "ALGORITHM", form: "as HS256, EdDSA, ES256 or RS256" },
  { setting: "JWT_ISSUER", names: "GOTRUE_JWT_ISSUER SESSION_ISSUER" },
  { setting: "JWT_AUDIENCE", names: "GOTRUE_JWT_AUD SESSION_AUDIENCE" },
  {
    setting: "JWT_ACCESS_TOKEN_TTL",
    names: "JWT_ACCESS_TOKEN_EXPIRE_HOURS ACCESS_TOKEN_EXPIRE_HOURS",
    form: "as hours with their unit, such as 24h",
  },
  {
    setting: "JWT_ACCESS_TOKEN_TTL",
    names: "ACCESS_TOKEN_EXPIRE_MINUTES JWT_ACCESS_TOKEN_EXPIRE_MINUTES",
    form: "as minutes with their unit, such as 10m",
  },
  {
    setting: "JWT_ACCESS_TOKEN_TTL",
    names: "GOTRUE_JWT_EXP JWT_EXPIRY JWT_EXPIRES_IN JWT_ACCESS_EXPIRY",
    form: "with a unit, such as 3600s",
  },
  {
    setting: "JWT_REFRESH_TOKEN_TTL",
    names: "JWT_REFRESH_TOKEN_EXPIRE_DAYS REFRESH_TOKEN_EXPIRE_DAYS",
    form: "as days with their unit, such as 7d",
  },
  {
    setting: "JWT_REFRESH_TOKEN_TTL",
    names: "JWT_REFRESH_EXPIRY REFRESH_TOKEN_EXPIRE_MINUTES GOTRUE_SESSIONS_INACTIVITY_TIMEOUT",
    form: "with a unit, such as 10080m or 7d",
  },
  {
    setting: "SESSION_MAX_AGE",
    names: "SESSION_LIFESPAN GOTRUE_SESSIONS_TIMEBOX",
    form: "as a whole number with one unit, such as 90d",
  },
  {
    setting: "REFRESH_TOKEN_ROTATION",
    names: "GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED",
    form: words,
  },
  {
    setting: "REFRESH_TOKEN_GRACE",
    names: "GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL",
    form: "as seconds with their unit, such as 10s",
  },
  {
    setting: "REGISTRATION",
    names: "GOTRUE_DISABLE_SIGNUP DISABLE_SIGNUP ACCOUNT_ALLOW_SIGNUP",
    form: "as open, invite or closed",
  },
  {
    setting: "REQUIRE_EMAIL_VERIFICATION",
    names: "GOTRUE_MAILER_AUTOCONFIRM ENABLE_EMAIL_AUTOCONFIRM",
    form: "as true or false, which mean the opposite of autoconfirm",
  },
  {
    setting: "PASSWORD_MIN_LENGTH",
    names: "GOTRUE_PASSWORD_MIN_LENGTH SELFSERVICE_METHODS_PASSWORD_CONFIG_MIN_PASSWORD_LENGTH",
  },
  {
    setting: "PASSWORD_REQUIRE",
    names: "GOTRUE_PASSWORD_REQUIRED_CHARACTERS",
    form: "as kinds of characters, such as upper,digit,symbol",
  },
  { setting: "PASSWORD_HIBP", names: "GOTRUE_PASSWORD_HIBP_ENABLED", form: words },
  { setting: "BCRYPT_COST", names: "HASHERS_BCRYPT_COST" },
  {
    setting: "WEBAUTHN_RP_ID",
    names:
      "WEBAUTHN_RELYING_PARTY_ID GOTRUE_WEBAUTHN_RP_ID SELFSERVICE_METHODS_PASSKEY_CONFIG_RP_ID SELFSERVICE_METHODS_WEBAUTHN_CONFIG_RP_ID",
  },
  {
    setting: "WEBAUTHN_ORIGINS",
    names: "WEBAUTHN_RELYING_PARTY_ORIGINS GOTRUE_WEBAUTHN_RP_ORIGINS",
    form: exactOrigins,
  },
  {
    setting: "OTP_TTL",
    names: "GOTRUE_MAILER_OTP_EXP EMAIL_PASSCODE_TTL SELFSERVICE_METHODS_CODE_CONFIG_LIFESPAN",
    form: "with a unit, such as 600s",
  },
  {
    setting: "MAGIC_LINK_TTL",
    names: "SELFSERVICE_METHODS_LINK_CONFIG_LIFESPAN",
    form: "as a whole number with one unit, such as 10m",
  },
  {
    setting: "SMTP_SERVER",
    names: "SMTP_HOST GOTRUE_SMTP_HOST EMAIL_DELIVERY_SMTP_HOST PASSCODE_SMTP_HOST",
    form: "as a host name",
  },
  {
    setting: "SMTP_PORT",
    names: "GOTRUE_SMTP_PORT EMAIL_DELIVERY_SMTP_PORT PASSCODE_SMTP_PORT",
  },
  {
    setting: "SMTP_USERNAME",
    names: "SMTP_USER GOTRUE_SMTP_USER EMAIL_DELIVERY_SMTP_USER PASSCODE_SMTP_USER",
  },
  {
    setting: "SMTP_PASSWORD",
    names: "SMTP_PASS GOTRUE_SMTP_PASS EMAIL_DELIVERY_SMTP_PASSWORD PASSCODE_SMTP_PASSWORD",
  },
  {
    setting: "SMTP_FROM_EMAIL",
    names:
      "SMTP_FROM SMTP_ADMIN_EMAIL EMAILS_FROM_EMAIL GOTRUE_SMTP_ADMIN_EMAIL EMAIL_DELIVERY_FROM_ADDRESS COURIER_SMTP_FROM_ADDRESS",
    form: "as an address alone",
  },
  {
    setting: "BRAND_NAME",
    names:
      "SMTP_SENDER_NAME EMAILS_FROM_NAME GOTRUE_SMTP_SENDER_NAME EMAIL_DELIVERY_FROM_NAME COURIER_SMTP_FROM_NAME WEBAUTHN_RELYING_PARTY_DISPLAY_NAME",
  },
  { setting: "SMTP_TLS", names: "SMTP_SSL", form: "as starttls, tls or none" },
  {
    setting: "SMTP_SERVER, SMTP_PORT, SMTP_USERNAME, SMTP_PASSWORD and SMTP_TLS",
    names: "COURIER_SMTP_CONNECTION_URI",
  },
  {
    setting: "ALLOWED_ORIGINS",
    names:
      "CORS_ORIGINS CORS_ORIGIN CORS_ALLOWED_ORIGINS CORS_ALLOW_ORIGINS BACKEND_CORS_ORIGINS BETTER_AUTH_TRUSTED_ORIGINS SERVE_PUBLIC_CORS_ALLOWED_ORIGINS SERVER_PUBLIC_CORS_ALLOW_ORIGINS",
    form: exactOrigins,
  },
  {
    setting: "REDIRECT_URIS",
    names: "GOTRUE_URI_ALLOW_LIST ADDITIONAL_REDIRECT_URLS SELFSERVICE_ALLOWED_RETURN_URLS",
    form: "as exact URIs, separated by commas",
  },
  {
    setting: "APP_URL",
    names:
      "GOTRUE_SITE_URL SITE_URL FRONTEND_HOST FRONTEND_URL SELFSERVICE_DEFAULT_BROWSER_RETURN_URL",
  },
  { setting: "SESSION_COOKIE_DOMAIN", names: "COOKIES_DOMAIN SESSION_COOKIE_DOMAINS" },
  {
    setting: "TRUSTED_PROXIES",
    names: "FORWARDED_ALLOW_IPS",
    form: "as networks such as 10.0.0.0/8",
  },
  ...providersOfSupabase(),
];

const issueByName = new Map(
  meanings.flatMap(({ setting, names, form }) =>
    names.split(" ").map((name) => [name, { setting, form }] as const),
  ),
);

/** All names of other products that stop the start, without the form `NAME_FILE` of each. */
export const foreignNames: readonly string[] = [...issueByName.keys()];

/** The settings that these names stand for, by name. */
export const settingsOfForeignNames: ReadonlyMap<string, string> = new Map(
  [...issueByName].map(([name, { setting }]) => [name, setting]),
);

/** The issue of a name that another product uses for one of our settings, with the setting to use; or null. */
export function findForeignIssue(name: string, environment: Environment): string | null {
  if (name === "NODE_ENV") return nodeEnvironmentIssue(environment);
  const isFile = name.endsWith("_FILE");
  const foreign = issueByName.get(isFile ? name.replace(/_FILE$/, "") : name);
  if (foreign === undefined) return null;
  const setting = isFile ? foreign.setting.replaceAll(/[A-Z_]{4,}/g, "$&_FILE") : foreign.setting;
  const form = foreign.form === undefined ? "" : `, ${foreign.form}`;
  return `is not a setting: set ${setting} instead${form}`;
}

/** Many hosts set NODE_ENV for programs that read it. Only without ENVIRONMENT it is the word of the operator. */
function nodeEnvironmentIssue(environment: Environment): string | null {
  const isDecided = (environment["ENVIRONMENT"] ?? environment["ENVIRONMENT_FILE"] ?? "") !== "";
  if (environment["NODE_ENV"] !== "production" || isDecided) return null;
  return "is not a setting: set ENVIRONMENT=production, or ENVIRONMENT=development";
}

function providersOfSupabase(): Meaning[] {
  const prefixes = { GOOGLE: "GOOGLE", GITHUB: "GITHUB", GITLAB: "GITLAB", DISCORD: "DISCORD" };
  return Object.entries({ ...prefixes, APPLE: "APPLE", AZURE: "MICROSOFT" }).flatMap(
    ([theirs, ours]) => [
      { setting: `${ours}_CLIENT_ID`, names: `GOTRUE_EXTERNAL_${theirs}_CLIENT_ID` },
      { setting: `${ours}_CLIENT_SECRET`, names: `GOTRUE_EXTERNAL_${theirs}_SECRET` },
    ],
  );
}

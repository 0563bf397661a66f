import { issuerAddress } from "../address-kinds.ts";
import { boolean, choice, duration, secret, size, text } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";
import { exampleSecret } from "../weak-secrets.ts";

/** How tokens are signed, and how long they and their sessions are valid. */
export const tokens = {
  title: "Tokens and sessions",
  introduction: "How tokens are signed, and how long they and their sessions are valid.",
  settings: {
    JWT_SECRET_KEY: {
      kind: secret(32),
      default: {
        describedAs: "generated in development and stored in `DATA_DIR/jwt-secret`",
        from: null,
      },
      description:
        "The secret that signs tokens: 32 random bytes or more, such as the output of `openssl rand -base64 32`. Required in production, where examples and weak secrets are refused.",
      example: exampleSecret,
      secret: true,
    },
    JWT_SECRET_KEY_PREVIOUS: {
      kind: secret(32),
      default: null,
      description:
        "The previous secret. Tokens that it signed are still accepted, and without `ENCRYPTION_KEY` it also decrypts stored secrets. Remove it when the tokens have expired.",
      example: `previous-${exampleSecret}`,
      secret: true,
    },
    JWT_ALGORITHM: {
      kind: choice("HS256", "EdDSA", "ES256", "RS256"),
      default: "HS256",
      description:
        "The signature algorithm of tokens. `HS256` signs with `JWT_SECRET_KEY`. The others sign with generated keys, which are stored encrypted in the database; other services can then verify tokens with the public keys at `/.well-known/jwks.json`. Changing the algorithm ends no session.",
    },
    JWT_KEY_ROTATION: {
      kind: duration("1h", "3650d"),
      default: "90d",
      description:
        "How long a key of the asymmetric algorithms signs before the next one replaces it. The secret of `HS256` is rotated by hand, with `JWT_SECRET_KEY_PREVIOUS`.",
    },
    JWT_ISSUER: {
      kind: issuerAddress,
      default: { describedAs: "`PUBLIC_URL`", from: ({ textOf }) => textOf("PUBLIC_URL") ?? "" },
      description:
        "The `iss` claim of tokens: a URL, since clients find the metadata by it (`/.well-known/openid-configuration` is appended). Verifiers compare it character by character.",
      example: "https://auth.example.com",
    },
    JWT_AUDIENCE: {
      kind: text(512),
      default: "gatehouse",
      description: "The `aud` claim of access tokens.",
    },
    JWT_ACCESS_TOKEN_TTL: {
      kind: duration("1s", "30d"),
      default: "24h",
      description: "How long an access token is valid.",
    },
    JWT_REFRESH_TOKEN_TTL: {
      kind: duration("1s", "3650d"),
      default: "7d",
      description:
        "How long a session stays active without a refresh. Each refresh starts this time again.",
    },
    SESSION_MAX_AGE: {
      kind: duration("1s", "3650d"),
      default: "90d",
      description: "The maximum age of a session, however often its tokens are refreshed.",
    },
    REFRESH_TOKEN_ROTATION: {
      kind: boolean,
      default: "true",
      description:
        "Whether each refresh replaces the refresh token, so that the reuse of a stolen one is detected.",
    },
    REFRESH_TOKEN_GRACE: {
      kind: duration("0s", "60s"),
      default: "10s",
      description:
        "How long a replaced refresh token still returns its successor, for clients that did not receive the response. At most 10s in production.",
    },
    REFRESH_TOKEN_COOKIE: {
      kind: boolean,
      default: "false",
      description:
        "Whether refresh tokens are sent only in an `HttpOnly` cookie, for browser applications. Requests with the cookie must come from the origin of `PUBLIC_URL` or from one in `ALLOWED_ORIGINS`.",
    },
    TOKEN_CACHE_SIZE: {
      kind: size("1MiB", "65536MiB"),
      default: "64MiB",
      description:
        "The memory for access tokens that were verified, with their sessions and users, so that a request with one of them asks the database nothing. Each MiB holds about 1,000 tokens of as many users, more where users have several: 64MiB about 64,000, 104MiB about 100,000. Beyond that those out of use are looked up again.",
    },
    ENCRYPTION_KEY: {
      kind: secret(32),
      default: null,
      description:
        "The secret that encrypts stored secrets, such as private keys. When unset, the key is derived from `JWT_SECRET_KEY`.",
      example: `encryption-${exampleSecret}`,
      secret: true,
    },
    ENCRYPTION_KEY_PREVIOUS: {
      kind: secret(32),
      default: null,
      description:
        "The secret that encrypted stored secrets before: the previous `ENCRYPTION_KEY`, or the previous `JWT_SECRET_KEY` where `ENCRYPTION_KEY` was unset. It only decrypts: what it encrypted is encrypted again at each start. It verifies no token.",
      example: `previous-encryption-${exampleSecret}`,
      secret: true,
    },
    PASSWORD_GRANT_ENABLED: {
      kind: boolean,
      default: "true",
      description: "Whether `/oauth/token` accepts `grant_type=password`.",
    },
  },
} satisfies SettingGroup;

import { createPrivateKey } from "node:crypto";

import { TEST_KEY } from "./test-certificate.ts";

/** The settings of each built-in provider. Apple's key is that of the tests' certificate. */
export const builtInProviderSettings = {
  google: { GOOGLE_CLIENT_ID: "google-client", GOOGLE_CLIENT_SECRET: "google-secret" },
  github: { GITHUB_CLIENT_ID: "github-client", GITHUB_CLIENT_SECRET: "github-secret" },
  microsoft: {
    MICROSOFT_CLIENT_ID: "microsoft-client",
    MICROSOFT_CLIENT_SECRET: "microsoft-secret",
  },
  gitlab: { GITLAB_CLIENT_ID: "gitlab-client", GITLAB_CLIENT_SECRET: "gitlab-secret" },
  discord: { DISCORD_CLIENT_ID: "discord-client", DISCORD_CLIENT_SECRET: "discord-secret" },
  apple: {
    APPLE_CLIENT_ID: "com.example.web",
    APPLE_TEAM_ID: "ABCDE12345",
    APPLE_KEY_ID: "KEY1234567",
    APPLE_CLIENT_SECRET: TEST_KEY,
  },
} as const;

/** The key in the settings of Apple. */
export const appleKey = createPrivateKey(TEST_KEY);

/** Where the built-in providers that issue ID tokens have their endpoints, by their documentation. */
export const openIdEndpoints = {
  google: {
    issuer: "https://accounts.google.com",
    endpoints: {
      token: "https://oauth2.googleapis.com/token",
      keys: "https://www.googleapis.com/oauth2/v3/certs",
    },
  },
  microsoft: {
    issuer: "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
    endpoints: {
      token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
      keys: "https://login.microsoftonline.com/common/discovery/v2.0/keys",
    },
  },
  gitlab: {
    issuer: "https://gitlab.com",
    endpoints: {
      token: "https://gitlab.com/oauth/token",
      keys: "https://gitlab.com/oauth/discovery/keys",
      userinfo: "https://gitlab.com/oauth/userinfo",
    },
  },
  apple: {
    issuer: "https://appleid.apple.com",
    endpoints: {
      token: "https://appleid.apple.com/auth/token",
      keys: "https://appleid.apple.com/auth/keys",
    },
  },
} as const;

/** The tenant of the user at the stand-in for Microsoft. */
export const microsoftTenantId = "11111111-2222-3333-4444-555555555555";

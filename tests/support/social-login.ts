import { completeSignIn } from "../../src/features/sign-in/index.ts";
import type { IdentityRecord } from "../../src/features/identities/index.ts";
import {
  linkIdentity,
  type ResolvedAccount,
  resolveAccount,
} from "../../src/features/social-login/index.ts";
import type { ProviderProfile, ProviderTokens } from "../../src/features/social-login/provider.ts";
import type { TokenResponse } from "../../src/features/tokens/index.ts";
import { type Context, createContext } from "../../src/platform/platform.ts";
import { freshEmail } from "./journey.ts";
import { sessionOf } from "./session-calls.ts";
import type { TestApp } from "./test-app.ts";

let subjects = 0;

/** What a provider says about a user whom no other test has; the address is verified there. */
export function freshProfile(profile: Partial<ProviderProfile> = {}): ProviderProfile {
  subjects += 1;
  return {
    issuer: "https://accounts.example",
    subject: `subject-${subjects}`,
    email: freshEmail(),
    emailVerified: true,
    name: null,
    avatarUrl: null,
    locale: null,
    ...profile,
  };
}

/** How a test signs in at a provider. */
export interface SocialSignIn {
  readonly provider?: string;
  readonly tokens?: ProviderTokens;
  readonly device?: string;
}

/** The context of a browser that comes back from a provider. */
export function callbackContext({ platform }: TestApp, device = "Browser"): Context {
  return createContext(
    { ...platform, db: platform.dbForRequest() },
    { kind: "anonymous" },
    { requestId: "test-social-login", ipAddress: "192.0.2.7", userAgent: device },
  );
}

/** The account to which a sign-in with this profile leads. */
export function resolve(
  app: TestApp,
  profile: ProviderProfile,
  { provider = "example", tokens, device }: SocialSignIn = {},
): Promise<ResolvedAccount> {
  return resolveAccount(callbackContext(app, device), {
    provider,
    profile,
    tokens: tokens ?? null,
  });
}

/** Signs in with this profile and gives the tokens. */
export async function signInSocially(
  app: TestApp,
  profile: ProviderProfile,
  how: SocialSignIn = {},
): Promise<TokenResponse> {
  const { user, credentialsVersion } = await resolve(app, profile, how);
  const amr = ["fed"];
  return completeSignIn(callbackContext(app, how.device), { user, amr, credentialsVersion });
}

/** The stored identities of a user, the oldest first. */
export function identitiesOf(app: TestApp, userId: string): Promise<Record<string, unknown>[]> {
  return app.rows(
    `select id, provider, subject, email from identities where user_id = '${userId}' order by id`,
  );
}

/** Links an identity through the session of this access token, as a callback does. */
export async function linkTo(
  app: TestApp,
  user: { readonly userId: string; readonly accessToken: string },
  profile: ProviderProfile,
  { provider = "example", tokens, device }: SocialSignIn = {},
): Promise<IdentityRecord> {
  const { userId } = user;
  const [row] = await app.rows(`select credentials_version from users where id = '${userId}'`);
  return linkIdentity(callbackContext(app, device), {
    provider,
    profile,
    tokens: tokens ?? null,
    userId,
    sessionId: sessionOf(user.accessToken),
    credentialsVersion: Number(row?.["credentials_version"]),
  });
}

/** A user who has signed up at a provider, and has no password. */
export async function signUpSocially(app: TestApp, how: SocialSignIn = {}) {
  const profile = freshProfile();
  const tokens = await signInSocially(app, profile, how);
  const { user_id: userId, access_token: accessToken, refresh_token: refreshToken } = tokens;
  return { userId, email: String(profile.email), accessToken, refreshToken, profile };
}

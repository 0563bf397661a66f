import { describe, expect, test } from "bun:test";

import type { ProviderTokens } from "../../src/features/social-login/provider.ts";
import { resealStoredSecrets } from "../../src/app/reseal.ts";
import { signInAdmin } from "../support/admin.ts";
import { signUp } from "../support/journey.ts";
import { deleteAccount } from "../support/own-account.ts";
import { sessionOf } from "../support/session-calls.ts";
import { freshProfile, linkTo, resolve, signUpSocially } from "../support/social-login.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";
import { usersApi } from "../support/user-administration.ts";

const secret = "fresh-wY8zL1pC6hJ5dS0gAkF3mQ9xT2vB7nR4-tests-only";

const tokens: ProviderTokens = {
  accessToken: "provider-access-token",
  refreshToken: "provider-refresh-token",
  idToken: null,
  expiresInSeconds: 3600,
  scope: "openid email",
};

const stored = (app: TestApp, userId: string) =>
  app.rows(`select id, sealed_tokens from identities where user_id = '${userId}' order by id`);

function keptTokens(app: TestApp, bearer: string, id: unknown) {
  return app.call("GET", `/api/v1/users/me/identities/${String(id)}/tokens`, { bearer });
}

describe("on Postgres", () => {
  const app = useTestApp({ settings: { OAUTH_KEEP_TOKENS: "true" } });

  // part of security 100: sealed at rest, and given to their user alone
  test("kept tokens are sealed, replaced at each sign-in, and given to their user", async () => {
    const user = await signUpSocially(app, { tokens });
    const [row] = await stored(app, user.userId);
    expect(String(row?.["sealed_tokens"])).toStartWith(app.platform.secrets.currentPrefix);
    const answer = await keptTokens(app, user.accessToken, row?.["id"]);
    expect([answer.status, answer.json.data]).toEqual([
      200,
      {
        access_token: "provider-access-token",
        refresh_token: "provider-refresh-token",
        id_token: null,
        scope: "openid email",
        expires_at: expect.stringMatching(/^\d{4}-/),
      },
    ]);
    expect(answer.headers.get("cache-control")).toBe("no-store");

    await resolve(app, user.profile, { tokens: { ...tokens, accessToken: "another" } });
    await resolve(app, user.profile);
    const later = await keptTokens(app, user.accessToken, row?.["id"]);
    expect(later.json.data.access_token).toBe("another");

    const stranger = await signUp(app);
    const other = await keptTokens(app, stranger.accessToken, row?.["id"]);
    expect([other.status, other.json.error.code]).toEqual([404, "NOT_FOUND"]);
  });
});

describe("on postgres", () => {
  const app = useTestApp({ settings: { OAUTH_KEEP_TOKENS: "true" } });

  test("an older session is refused", async () => {
    const user = await signUpSocially(app, { tokens });
    const [row] = await stored(app, user.userId);
    await app.rows(
      `update sessions set authenticated_at = now() - interval '11 minutes' where id = '${sessionOf(user.accessToken)}'`,
    );
    const answer = await keptTokens(app, user.accessToken, row?.["id"]);
    expect([answer.status, answer.json.error.code]).toEqual([403, "REAUTHENTICATION_REQUIRED"]);
  });

  test("without the setting nothing is kept, and what was kept is deleted at the next sign-in", async () => {
    await using forgetful = await app.replica({ OAUTH_KEEP_TOKENS: "false" });
    const user = await signUpSocially(app, { tokens });
    const [row] = await stored(app, user.userId);
    expect((await keptTokens(forgetful, user.accessToken, row?.["id"])).status).toBe(404);
    await resolve(forgetful, user.profile, { tokens });
    expect(await stored(app, user.userId)).toEqual([{ id: row?.["id"], sealed_tokens: null }]);
    expect((await keptTokens(app, user.accessToken, row?.["id"])).status).toBe(404);
    const other = await signUpSocially(forgetful, { tokens });
    expect(await stored(app, other.userId)).toMatchObject([{ sealed_tokens: null }]);
  });

  test("they are deleted with their user's account", async () => {
    const admin = await signInAdmin(app);
    for (const isByAdmin of [false, true]) {
      const user = await signUpSocially(app, { tokens });
      const deleted = await (isByAdmin
        ? usersApi(app, admin).remove(user.userId)
        : deleteAccount(app, user.accessToken));
      expect(deleted.status).toBe(200);
      expect(await stored(app, user.userId)).toMatchObject([{ sealed_tokens: null }]);
    }
  });

  test("sealed tokens open in their own row alone", async () => {
    const user = await signUpSocially(app, { tokens });
    await linkTo(app, user, freshProfile(), { tokens: { ...tokens, accessToken: "second" } });
    const [first, second] = await stored(app, user.userId);
    await app.rows(
      `update identities set sealed_tokens = '${String(second?.["sealed_tokens"])}' where id = '${String(first?.["id"])}'`,
    );
    expect((await keptTokens(app, user.accessToken, first?.["id"])).status).toBe(404);
    expect((await keptTokens(app, user.accessToken, second?.["id"])).status).toBe(200);
  });

  // part of security 158
  test("they are sealed again after a change of the key", async () => {
    const user = await signUpSocially(app, { tokens });
    await using renewed = await app.replica({
      ENCRYPTION_KEY: secret,
      ENCRYPTION_KEY_PREVIOUS: app.platform.settings.jwtSecretKey,
    });
    await resealStoredSecrets(renewed.platform);
    const [row] = await stored(app, user.userId);
    expect(String(row?.["sealed_tokens"])).toStartWith(renewed.platform.secrets.currentPrefix);
    const answer = await keptTokens(renewed, user.accessToken, row?.["id"]);
    expect(answer.json.data.access_token).toBe("provider-access-token");
  });
});

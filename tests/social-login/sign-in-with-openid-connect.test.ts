import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";

import { databaseKinds } from "../support/databases.ts";
import type { HttpBrowser, Page } from "../support/http-browser.ts";
import { freshEmail, goodPassword, logIn, signUp } from "../support/journey.ts";
import { type OpenIdProvider, startOpenIdProvider } from "../support/openid-provider.ts";
import {
  appRedirect,
  askToLink,
  callbackOf,
  challengeOf,
  codeOfRedirect,
  createSocialBrowser,
  exchange,
  identitiesOf,
  redirectOf,
  signInAtOpenIdProvider,
  startOf,
  startSignIn,
  unlink,
} from "../support/social-sign-in.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const codeVerifier = "a-verifier-of-the-application-of-43-characters";

describe.each([...databaseKinds])("sign-in at an OpenID Connect provider, on %s", (database) => {
  let strict: OpenIdProvider;
  let generous: OpenIdProvider;
  let app: TestApp;

  beforeAll(async () => {
    strict = await startOpenIdProvider([callbackOf("strict")]);
    generous = await startOpenIdProvider([callbackOf("generous")], {
      clientAuthentication: "client_secret_post",
      claimsIn: "id_token",
    });
    app = await startTestApp({
      database,
      settings: {
        REDIRECT_URIS: appRedirect,
        ...strict.settings("STRICT"),
        ...generous.settings("GENEROUS"),
      },
    });
  }, 60_000);

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await strict[Symbol.asyncDispose]();
    await generous[Symbol.asyncDispose]();
  });

  const newBrowser = (): HttpBrowser => createSocialBrowser(() => app);

  /** A user of a provider, as `claims` describe them. */
  function newLogin(provider: OpenIdProvider, claims: Record<string, unknown> = {}) {
    const login = `login-${Bun.randomUUIDv7()}`;
    const email = freshEmail();
    provider.setAccount(login, { email, email_verified: true, name: "Ada Lovelace", ...claims });
    return { login, email };
  }

  async function comeBack(name: string, login: string, browser = newBrowser()): Promise<Page> {
    const page = await startSignIn(browser, name);
    expect(page.status).toBe(200);
    return signInAtOpenIdProvider(browser, page, login);
  }

  async function signIn(name: string, login: string) {
    const answer = await exchange(app, codeOfRedirect(await comeBack(name, login)));
    if (answer.status !== 200) throw new Error(`exchange: ${answer.status} ${answer.text}`);
    return {
      userId: String(answer.json.data.user.id),
      bearer: String(answer.json.data.access_token),
      user: answer.json.data.user,
    };
  }

  test.each(["strict", "generous"])(
    "the first sign-in at the %s provider creates a verified account, the second finds it",
    async (name) => {
      const provider = name === "strict" ? strict : generous;
      const picture = "https://images.example.com/ada.png";
      const { login, email } = newLogin(provider, { picture, locale: "de-AT" });
      const first = await signIn(name, login);
      expect(first.user).toMatchObject({ email, email_verified: true, name: "Ada Lovelace" });
      const second = await signIn(name, login);
      expect(second.userId).toBe(first.userId);
      const me = await app.call("GET", "/api/v1/users/me", { bearer: second.bearer });
      expect(me.json.data).toMatchObject({ email, avatar_url: picture, locale: "de-AT" });
      expect(await identitiesOf(app, second.bearer)).toMatchObject([{ provider: name, email }]);
      expect(await app.rows(`select id from users where email = '${email}'`)).toHaveLength(1);
      expect(decodeJwt(second.bearer)["amr"]).toEqual(["fed"]);
      expect(app.log.join("")).not.toContain(first.bearer);
    },
  );

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 76
  test("another address at the provider keeps the account, and its own address", async () => {
    const { login, email } = newLogin(strict);
    const before = await signIn("strict", login);
    strict.setAccount(login, { email: freshEmail(), email_verified: true });
    const after = await signIn("strict", login);
    expect([after.userId, after.user.email]).toEqual([before.userId, email]);
    strict.setAccount(login, { email: freshEmail(), email_verified: false });
    expect((await signIn("strict", login)).userId).toBe(before.userId);
  });

  // security 76
  test("a released address that another user of the provider has is another account", async () => {
    const { login, email } = newLogin(strict);
    const first = await signIn("strict", login);
    const { login: other } = newLogin(strict);
    const second = await signIn("strict", other);
    strict.setAccount(login, { email: freshEmail(), email_verified: true });
    strict.setAccount(other, { email, email_verified: true });
    expect((await signIn("strict", other)).userId).toBe(second.userId);
    expect((await signIn("strict", login)).userId).toBe(first.userId);
  });

  // Attack: an employee leaves, and the next one gets the address. // security 76
  test("another user of the provider who gets the address does not get the account", async () => {
    const { login, email } = newLogin(strict);
    const first = await signIn("strict", login);
    const { login: other } = newLogin(strict, { email });
    const page = await comeBack("strict", other);
    expect([page.status, page.json.error.code]).toEqual([409, "CONFLICT"]);
    expect(await identitiesOf(app, first.bearer)).toHaveLength(1);
    expect((await signIn("strict", login)).userId).toBe(first.userId);
  });

  // security 73
  test("the application gets a code and its own state, and the code works once", async () => {
    const { login } = newLogin(strict);
    const browser = newBrowser();
    const page = await startSignIn(browser, "strict", { state: "state-of-the-app=1&2;3" });
    const back = await signInAtOpenIdProvider(browser, page, login);
    const { searchParams } = redirectOf(back);
    expect([...searchParams.keys()].toSorted()).toEqual(["code", "from", "state"]);
    expect(searchParams.get("state")).toBe("state-of-the-app=1&2;3");
    const code = searchParams.get("code") ?? "";
    expect((await exchange(app, code)).status).toBe(200);
    const again = await exchange(app, code);
    expect([again.status, again.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  });

  // Attack: another application on the user's device takes the redirect of a native application.
  test("a code that is bound to a challenge is exchanged only with its verifier", async () => {
    const { login } = newLogin(strict);
    const query = { code_challenge: challengeOf(codeVerifier), code_challenge_method: "S256" };
    const outcomes: unknown[] = [];
    for (const verifier of [undefined, `${codeVerifier}x`, codeVerifier]) {
      const browser = newBrowser();
      const page = await startSignIn(browser, "strict", query);
      const back = await signInAtOpenIdProvider(browser, page, login);
      const answer = await exchange(app, codeOfRedirect(back), verifier);
      outcomes.push([answer.status, answer.json.error?.code]);
    }
    expect(outcomes).toEqual([
      [401, "INVALID_TOKEN"],
      [401, "INVALID_TOKEN"],
      [200, undefined],
    ]);
  });

  test("without an application the callback has the tokens in its body", async () => {
    const { login, email } = newLogin(strict);
    const browser = newBrowser();
    const page = await browser.open(startOf("strict"));
    const end = await signInAtOpenIdProvider(browser, page, login);
    expect([end.status, end.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(end.json.data.user.email).toBe(email);
    expect(end.visited.join()).not.toContain(end.json.data.access_token);
  });

  // security 75
  test("sign-in works after the provider has replaced its signing key", async () => {
    const { login } = newLogin(generous);
    const before = await signIn("generous", login);
    await generous.rotateKeys();
    expect((await signIn("generous", login)).userId).toBe(before.userId);
  });

  // security 81
  test("a user who cancels at the provider gets 403, and no session", async () => {
    const browser = newBrowser();
    const page = await startSignIn(browser, "strict");
    const abort = /href="([^"]+\/abort)"/.exec(page.text)?.[1] ?? "";
    const end = await browser.open(new URL(abort, page.url), { from: page, stopAt: appRedirect });
    expect([end.status, end.json.error.code]).toEqual([403, "FORBIDDEN"]);
    expect(end.text).not.toContain("code=");
  });

  // security 80
  test("a user links the provider, signs in with it, and cannot remove the last way to sign in", async () => {
    const user = await signUp(app);
    const { login } = newLogin(strict);
    const browser = newBrowser();
    const asked = await askToLink(app, user.accessToken, "strict", { redirect_uri: appRedirect });
    expect(asked.status).toBe(200);
    const page = await browser.open(asked.json.data.authorize_url, {
      stopAt: appRedirect,
      headers: { referer: appRedirect },
    });
    const back = await signInAtOpenIdProvider(browser, page, login);
    expect(redirectOf(back).searchParams.get("linked")).toBe("strict");
    const linked = await signIn("strict", login);
    expect([linked.userId, linked.user.email]).toEqual([user.userId, user.email]);

    const [identity] = await identitiesOf(app, user.accessToken);
    expect((await unlink(app, user.accessToken, identity?.id ?? "")).status).toBe(204);
    expect(await identitiesOf(app, user.accessToken)).toEqual([]);

    const created = await signIn("strict", login);
    expect(created.userId).not.toBe(user.userId);
    const [only] = await identitiesOf(app, created.bearer);
    const refused = await unlink(app, created.bearer, only?.id ?? "");
    expect([refused.status, refused.json.error.code]).toEqual([409, "CONFLICT"]);
    expect((await unlink(app, user.accessToken, only?.id ?? "")).status).toBe(404);
  });

  // security 77
  test("a verified account with the provider's verified address is linked at the sign-in", async () => {
    const user = await signUp(app);
    const { login } = newLogin(strict, { email: user.email });
    const signedIn = await signIn("strict", login);
    expect(signedIn.userId).toBe(user.userId);
    expect((await logIn(app, user)).status).toBe(200);
  });

  // Attack: registering another person's address, to have access to the account when its owner signs in. // security 78
  test("the password of an unverified account is void once the owner signs in at the provider", async () => {
    const { login, email } = newLogin(strict);
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    expect((await signIn("strict", login)).user).toMatchObject({ email, email_verified: true });
    expect((await logIn(app, { email, password: goodPassword })).status).toBe(401);
  });

  test("during an outage of the provider the start responds 503, and passwords work", async () => {
    const user = await signUp(app);
    await using cold = await startOpenIdProvider([callbackOf("cold")]);
    await cold.stop();
    await using replica = await startTestApp({
      settings: { REDIRECT_URIS: appRedirect, ...cold.settings("COLD") },
    });
    const page = await startSignIn(
      createSocialBrowser(() => replica),
      "cold",
    );
    expect([page.status, page.json.error.code]).toEqual([503, "UNAVAILABLE"]);
    expect(page.headers.get("retry-after")).not.toBeNull();
    expect((await logIn(app, user)).status).toBe(200);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import type { Page } from "../support/http-browser.ts";
import {
  type GitHubAccount,
  type GitHubEmail,
  type GitHubStandIn,
  startGitHubStandIn,
} from "../support/github-stand-in.ts";
import { freshEmail, logIn, signUp } from "../support/journey.ts";
import { routeToStandIns } from "../support/stand-in-client.ts";
import {
  appRedirect,
  askToLink,
  callbackOf,
  codeOfRedirect,
  createSocialBrowser,
  exchange,
  identitiesOf,
  redirectOf,
  startSignIn,
  unlink,
} from "../support/social-sign-in.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

describe("sign-in at GitHub", () => {
  let github: GitHubStandIn;
  let app: TestApp;

  beforeAll(async () => {
    github = startGitHubStandIn(callbackOf("github"));
    app = await startTestApp({
      settings: { REDIRECT_URIS: appRedirect, ...github.settings },
      overrides: { httpClient: routeToStandIns(github.origins) },
    });
  }, 60_000);

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await github[Symbol.asyncDispose]();
  });

  let lastId = 583_230;

  /** Signs a new user in at GitHub in every browser, and gives the user. */
  function newAccount(emails: readonly GitHubEmail[], publicEmail: string | null = null) {
    lastId += 1;
    const account: GitHubAccount = {
      id: lastId,
      login: `octocat-${lastId}`,
      name: "The Octocat",
      email: publicEmail,
      emails,
    };
    github.account = account;
    return account;
  }

  const address = (email: string, flags: Partial<GitHubEmail> = {}): GitHubEmail => ({
    email,
    primary: true,
    verified: true,
    visibility: "private",
    ...flags,
  });

  const comeBack = (browser = createSocialBrowser(() => app, github.origins)): Promise<Page> =>
    startSignIn(browser, "github");

  async function signIn() {
    const answer = await exchange(app, codeOfRedirect(await comeBack()));
    if (answer.status !== 200) throw new Error(`exchange: ${answer.status} ${answer.text}`);
    const { user, access_token: bearer } = answer.json.data;
    return { userId: String(user.id), bearer: String(bearer), user };
  }

  test("the first sign-in creates a verified account, the second finds it", async () => {
    const email = freshEmail();
    const account = newAccount([address(freshEmail(), { primary: false }), address(email)]);
    const first = await signIn();
    expect(first.user).toMatchObject({ email, email_verified: true, name: "The Octocat" });
    github.account = { ...account, login: "renamed", emails: [address(freshEmail())] };
    const second = await signIn();
    expect([second.userId, second.user.email]).toEqual([first.userId, email]);
    expect(github.requests.slice(-4)).toEqual([
      "GET /login/oauth/authorize",
      "POST /login/oauth/access_token",
      "GET /user",
      "GET /user/emails",
    ]);
  });

  // Attack: a GitHub account whose public address is the victim's, or whose verified address is not the primary one. // security 77
  test("only the primary address counts, and only if GitHub has verified it", async () => {
    const victim = await signUp(app);
    const own = freshEmail();
    const cases: GitHubAccount[] = [
      newAccount([address(victim.email, { verified: false })], victim.email),
      newAccount([address(own, { verified: false }), address(victim.email, { primary: false })]),
      newAccount([], victim.email),
    ];
    for (const account of cases) {
      github.account = account;
      const page = await comeBack();
      expect([page.status, page.json.error.code]).toEqual([409, "CONFLICT"]);
    }
    expect(await identitiesOf(app, victim.accessToken)).toEqual([]);
    expect((await logIn(app, victim)).status).toBe(200);
  });

  test("a public address is no reason to use it instead of the primary one", async () => {
    const email = freshEmail();
    newAccount([address(email)], freshEmail());
    expect((await signIn()).user.email).toBe(email);
  });

  // security 81
  test("a user who cancels gets 403; a replayed code and a wrong secret get 400", async () => {
    github.account = null;
    const cancelled = await comeBack();
    expect([cancelled.status, cancelled.json.error.code]).toEqual([403, "FORBIDDEN"]);

    newAccount([address(freshEmail())]);
    const browser = createSocialBrowser(() => app, github.origins);
    const page = await browser.open(
      `http://localhost:8000/api/v1/auth/oauth/github?redirect_uri=${encodeURIComponent(appRedirect)}`,
      { stopAt: callbackOf("github") },
    );
    const url = new URL(page.headers.get("location") ?? "");
    url.searchParams.set("code", "0123456789abcdef0123");
    const refused = await browser.open(url, { stopAt: appRedirect });
    expect([refused.status, refused.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(refused.text).not.toContain("bad_verification_code");
  });

  // security 80
  test("a user links GitHub, signs in with it, and removes it", async () => {
    const user = await signUp(app);
    newAccount([address(freshEmail(), { verified: false })]);
    const browser = createSocialBrowser(() => app, github.origins);
    const asked = await askToLink(app, user.accessToken, "github", { redirect_uri: appRedirect });
    const back = await browser.open(asked.json.data.authorize_url, {
      stopAt: appRedirect,
      headers: { referer: appRedirect },
    });
    expect(redirectOf(back).searchParams.get("linked")).toBe("github");
    expect((await signIn()).userId).toBe(user.userId);
    const [identity] = await identitiesOf(app, user.accessToken);
    expect((await unlink(app, user.accessToken, identity?.id ?? "")).status).toBe(204);
    expect((await comeBack()).status).toBe(409);
  });

  test("GitHub gives no ID tokens: there is no sign-in with one", async () => {
    const json = { id_token: "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", nonce: "a-nonce-of-the-application" };
    const answer = await app.post("/api/v1/auth/oauth/github/token", json);
    expect([answer.status, answer.json.error.code]).toEqual([404, "NOT_FOUND"]);
  });
});

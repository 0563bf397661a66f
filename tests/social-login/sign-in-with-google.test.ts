import { createHash } from "node:crypto";

import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import {
  type GoogleAccount,
  type GoogleStandIn,
  startGoogleStandIn,
} from "../support/google-stand-in.ts";
import type { Page } from "../support/http-browser.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, signUp } from "../support/journey.ts";
import { routeToStandIns } from "../support/stand-in-client.ts";
import { race } from "../support/race.ts";
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

const nativeClientId = "407408718192-ios.apps.googleusercontent.com";

describe("sign-in at Google", () => {
  let google: GoogleStandIn;
  let app: TestApp;

  beforeAll(async () => {
    google = await startGoogleStandIn(callbackOf("google"));
    app = await startTestApp({
      settings: {
        REDIRECT_URIS: appRedirect,
        GOOGLE_NATIVE_CLIENT_IDS: nativeClientId,
        ...google.settings,
      },
      overrides: { httpClient: routeToStandIns(google.origins) },
    });
  }, 60_000);

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await google[Symbol.asyncDispose]();
  });

  let lastSubject = 110_169_484_474_386_276_334n;

  /** Signs a new user in at Google in every browser, and gives the user. */
  function newAccount(claims: Partial<GoogleAccount> = {}): GoogleAccount {
    lastSubject += 1n;
    const account: GoogleAccount = {
      sub: String(lastSubject),
      email: freshEmail(),
      email_verified: true,
      name: "Ada Lovelace",
      picture: `https://lh3.googleusercontent.com/a/${lastSubject}=s96-c`,
      ...claims,
    };
    google.account = account;
    return account;
  }

  const newBrowser = () => createSocialBrowser(() => app, google.origins);
  const comeBack = (): Promise<Page> => startSignIn(newBrowser(), "google");

  async function signIn() {
    const answer = await exchange(app, codeOfRedirect(await comeBack()));
    if (answer.status !== 200) throw new Error(`exchange: ${answer.status} ${answer.text}`);
    const { user, access_token: bearer } = answer.json.data;
    return { userId: String(user.id), bearer: String(bearer), user };
  }

  const signInNatively = (idToken: string, nonce: string): Promise<Answer> =>
    app.post("/api/v1/auth/oauth/google/token", { id_token: idToken, nonce });

  test("the first sign-in creates a verified account, the second finds it", async () => {
    const account = newAccount();
    const first = await signIn();
    const { email, name, picture } = account;
    expect(first.user).toMatchObject({ email, email_verified: true, name });
    const me = await app.call("GET", "/api/v1/users/me", { bearer: first.bearer });
    expect(me.json.data.avatar_url).toBe(picture);
    google.account = { ...account, email: freshEmail() };
    await google.rotateKeys();
    expect((await signIn()).userId).toBe(first.userId);
  });

  // security 77
  test.each([
    ["the text true", "true"],
    ["the text false", "false"],
    ["false", false],
    ["1", 1],
    ["null", null],
  ])("an address of which Google says %s is not verified", async (_name, verified) => {
    const user = await signUp(app);
    newAccount({ email: user.email, email_verified: verified });
    const page = await comeBack();
    expect([page.status, page.json.error.code]).toEqual([409, "CONFLICT"]);
    expect(await identitiesOf(app, user.accessToken)).toEqual([]);
  });

  // security 81
  test("a user who cancels at Google gets 403", async () => {
    google.account = null;
    const page = await comeBack();
    expect([page.status, page.json.error.code]).toEqual([403, "FORBIDDEN"]);
  });

  // security 79, 80
  test("a user links Google, which another user then cannot, and removes it", async () => {
    const [user, other] = [await signUp(app), await signUp(app)];
    newAccount();
    const link = async ({ accessToken }: { accessToken: string }): Promise<Page> => {
      const asked = await askToLink(app, accessToken, "google", { redirect_uri: appRedirect });
      return newBrowser().open(asked.json.data.authorize_url, {
        stopAt: appRedirect,
        headers: { referer: appRedirect },
      });
    };
    expect(redirectOf(await link(user)).searchParams.get("linked")).toBe("google");
    expect(redirectOf(await link(user)).searchParams.get("linked")).toBe("google");
    const refused = await link(other);
    expect([refused.status, refused.json.error.code]).toEqual([409, "CONFLICT"]);
    expect(await identitiesOf(app, other.accessToken)).toEqual([]);
    const [identity] = await identitiesOf(app, user.accessToken);
    expect((await unlink(app, other.accessToken, identity?.id ?? "")).status).toBe(404);
    expect((await unlink(app, user.accessToken, identity?.id ?? "")).status).toBe(204);
  });

  describe("with an ID token of a native application or One Tap", () => {
    const nonce = "a-nonce-that-the-application-has-made";
    const hash = createHash("sha256").update(nonce);
    const hex = hash.copy().digest("hex");
    const base64url = hash.copy().digest("base64url");

    test.each([
      ["the nonce", nonce],
      ["its hash in hex", hex],
      ["its hash in base64url", base64url],
    ])("signs the user in when it holds %s", async (_name, claim) => {
      const account = newAccount();
      const idToken = await google.issueIdToken(account, { nonce: claim });
      const answer = await signInNatively(idToken, nonce);
      expect([answer.status, answer.json.data?.user.email]).toEqual([200, account.email]);
    });

    test("signs the user in when it was issued to the native client", async () => {
      const account = newAccount();
      const claims = { nonce, aud: nativeClientId, azp: nativeClientId };
      const answer = await signInNatively(await google.issueIdToken(account, claims), nonce);
      expect([answer.status, answer.json.data?.user.email]).toEqual([200, account.email]);
    });

    // security 75
    test.each<[string, Record<string, unknown>]>([
      ["another nonce", { nonce: "another-nonce-of-the-application" }],
      ["no nonce", {}],
      ["another audience", { nonce, aud: "another.apps.googleusercontent.com" }],
      ["another authorized party", { nonce, azp: "another.apps.googleusercontent.com" }],
      ["another issuer", { nonce, iss: "https://attacker.example" }],
      ["an end in the past", { nonce, iat: 1_700_000_000, exp: 1_700_003_600 }],
    ])("is refused with %s", async (_name, claims) => {
      const account = newAccount();
      const answer = await signInNatively(await google.issueIdToken(account, claims), nonce);
      expect([answer.status, answer.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
      expect(await app.rows(`select 1 from users where email = '${account.email}'`)).toEqual([]);
      const [row] = await auditOf(app, answer);
      expect(row).toMatchObject({ action: "user.login", result: "failure" });
    });

    // Attack: an ID token that was seen in a log is presented again.
    test("is accepted once, also when it is presented twenty times at the same time", async () => {
      const idToken = await google.issueIdToken(newAccount(), { nonce });
      const answers = await race(20, () => signInNatively(idToken, nonce));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
    });
  });
});

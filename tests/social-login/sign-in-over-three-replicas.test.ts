import { expect, test } from "bun:test";

import { freshEmail } from "../support/journey.ts";
import { startOpenIdProvider } from "../support/openid-provider.ts";
import {
  appRedirect,
  callbackOf,
  codeOfRedirect,
  createSocialBrowser,
  exchange,
  signInAtOpenIdProvider,
  startSignIn,
} from "../support/social-sign-in.ts";
import { startTestApp } from "../support/test-app.ts";

test("a sign-in starts on one replica, returns to another, and is exchanged at a third", async () => {
  await using provider = await startOpenIdProvider([callbackOf("local")]);
  const settings = { REDIRECT_URIS: appRedirect, ...provider.settings("LOCAL") };
  await using first = await startTestApp({ settings });
  const [second, third] = [await first.replica(), await first.replica()];
  const email = freshEmail();
  provider.setAccount("ada", { email, email_verified: true });

  let behindBalancer = first;
  const browser = createSocialBrowser(() => behindBalancer);
  const loginPage = await startSignIn(browser, "local");
  behindBalancer = second;
  const code = codeOfRedirect(await signInAtOpenIdProvider(browser, loginPage, "ada"));
  const answer = await exchange(third, code);
  expect([answer.status, answer.json.data.user.email]).toEqual([200, email]);
  for (const app of [first, second, third]) {
    const again = await exchange(app, code);
    expect([again.status, again.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  }
}, 60_000);

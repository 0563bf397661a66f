import { beforeAll, expect, test } from "bun:test";

import { type BrowserUser, browserHeaders, browserTokenOf } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { decodeToken } from "../support/forge-token.ts";
import { pathFrom, press } from "../support/page-forms.ts";
import {
  askToAuthorize,
  authorizeAs,
  authorizeQuery,
  callback,
  redeem,
  responseOf,
} from "../support/relying-party.ts";
import {
  signUpInTrustedBrowser,
  type TwoFactorUser,
  useFrozenStep,
} from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

useFrozenStep();
const app = useTestApp();
let inBrowser: BrowserUser;
let user: TwoFactorUser;
let client: TestClient;

beforeAll(async () => {
  ({ inBrowser, user } = await signUpInTrustedBrowser(app));
  client = await registerClient(app, { name: "Bank", redirectUris: [callback], requireMfa: true });
}, 30_000);

// OpenID Connect Core §2 (`acr`)
test("the user proves the second factor on a page, with another cookie afterwards, and the client learns of it", async () => {
  const query = authorizeQuery(client.id);
  const headers = browserHeaders(inBrowser.token);
  const none = await askToAuthorize(app, `${query}&prompt=none`, inBrowser.token);
  expect(responseOf(none)["error"]).toBe("interaction_required");
  // A client that only prefers it asks as well, where the user has an authenticator app.
  const mild = await registerClient(app, { name: "Notes", redirectUris: [callback] });
  const preferring = authorizeQuery(mild.id, { acr_values: "urn:gatehouse:2fa" });
  const preferred = await askToAuthorize(app, preferring, inBrowser.token);
  expect(preferred.text).toContain("Notes asks for a second proof");
  const shown = {
    ...(await askToAuthorize(app, query, inBrowser.token)),
    path: pathFrom("/oauth/authorize"),
  };
  expect(shown.text).toContain("Bank asks for a second proof");
  const wrong = await press(app, shown, "Continue", { entered: { code: "000000" }, headers });
  expect([wrong.status, wrong.text.includes("This code is wrong")]).toEqual([400, true]);
  const right = await press(app, wrong, "Continue", {
    entered: { code: user.authenticator.code() },
    headers,
  });
  expect([right.status, new URL(right.headers.get("location") ?? "").pathname]).toEqual([
    303,
    "/oauth/authorize",
  ]);
  const token = browserTokenOf(right);
  expect(token).not.toBe(inBrowser.token);
  const code = responseOf(await authorizeAs(app, query, token))["code"] ?? "";
  const { id_token: idToken } = (await redeem(app, client, code)).json;
  const { claims } = decodeToken(String(idToken));
  expect(claims["acr"]).toBe("urn:gatehouse:2fa");
  expect(claims["amr"]).toContain("mfa");
  // The former cookie is of no use.
  const former = await askToAuthorize(app, query, inBrowser.token);
  expect(new URL(former.headers.get("location") ?? "").pathname).toBe("/sign-in");
});

test("a recovery code proves the second factor too, and what is no code counts as no attempt", async () => {
  const { inBrowser: owner, user: another } = await signUpInTrustedBrowser(app);
  const headers = browserHeaders(owner.token);
  const query = authorizeQuery(client.id);
  let page = {
    ...(await askToAuthorize(app, query, owner.token)),
    path: pathFrom("/oauth/authorize"),
  };
  for (const typed of ["", "no code", "12345", "a code that is longer than any code of ours"]) {
    for (let time = 0; time < 3; time += 1) {
      page = await press(app, page, "Continue", { entered: { code: typed }, headers });
      expect([typed, page.status]).toEqual([typed, 400]);
    }
  }
  const [recoveryCode = ""] = another.recoveryCodes;
  const right = await press(app, page, "Continue", { entered: { code: recoveryCode }, headers });
  expect([right.status, new URL(right.headers.get("location") ?? "").pathname]).toEqual([
    303,
    "/oauth/authorize",
  ]);
  const answer = await authorizeAs(app, query, browserTokenOf(right));
  expect(responseOf(answer)["code"]).toBeString();
});

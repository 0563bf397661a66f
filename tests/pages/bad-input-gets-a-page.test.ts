import { describe, expect, test } from "bun:test";

import { pagesRoutes } from "../../src/features/pages/index.ts";
import { createRefreshCookie } from "../../src/platform/http/refresh-cookie.ts";
import { createRouteKit } from "../../src/platform/http/route-kit.ts";
import { browserHeaders, signUpInBrowser } from "../support/browser-session.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import { useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const app = useTestApp({ providers: [acme], settings: { PASSWORDLESS_SIGN_UP: "true" } });

const openForms = [
  "/sign-in",
  "/sign-in/passkey",
  "/sign-in/second-factor",
  "/sign-up",
  "/set-up",
  "/magic-link",
  "/magic-link/code",
  "/magic-link/resend",
  "/verify-email",
  "/verify-email/code",
  "/verify-email/resend",
  "/reset-password",
  "/reset-password/resend",
  "/change-email",
  "/account/providers/confirm",
  "/oauth/authorize",
  "/oauth/authorize/decision",
  "/oauth/authorize/second-factor",
  "/oauth/end-session",
  "/oauth/end-session/confirm",
  "/device/code",
  "/device/decision",
  "/device/second-factor",
];

const accountForms = [
  "/account/profile",
  "/account/email",
  "/account/password",
  "/account/second-factor/set-up",
  "/account/second-factor/enable",
  "/account/second-factor/recovery-codes",
  "/account/second-factor/disable",
  "/account/devices/revoke",
  "/account/passkeys",
  "/account/passkeys/rename",
  "/account/passkeys/remove",
  "/account/providers/link",
  "/account/providers/unlink",
  "/account/applications/withdraw",
  "/account/sessions/revoke",
  "/account/reauthenticate",
  "/account/delete",
];

/** Every field of every form. */
const fields = [
  "email",
  "username",
  "name",
  "phone",
  "avatar_url",
  "locale",
  "password",
  "password_confirmation",
  "current_password",
  "new_password",
  "new_password_confirmation",
  "new_email",
  "token",
  "ticket",
  "code",
  "credential",
  "id",
  "provider",
  "for",
  "confirm",
  "return_to",
  "request",
  "proof",
  "decision",
  "client_id",
  "redirect_uri",
  "has_passkey",
  "trust_device",
  "without_password",
  "user_code",
  "id_token_hint",
  "post_logout_redirect_uri",
  "logout_hint",
  "state",
  "ui_locales",
];

const values = [
  "\u0000",
  "a\r\nset-cookie: gatehouse_session=b",
  "a\u0000b@example.com",
  "x".repeat(1000),
  "é".repeat(300),
  "[]",
  '{"id":{},"response":[]}',
  "'\"><script>alert(1)</script>",
  "__proto__",
  "toString",
];

const navigation = {
  accept: "text/html",
  "sec-fetch-site": "same-origin",
  "sec-fetch-mode": "navigate",
};

/** The forms that the routes have, so that a new one is tested unasked. */
function postedPaths(): string[] {
  const { platform } = app;
  const never = (): never => {
    throw new Error("no request is sent");
  };
  const guard = { admitAnyone: never, admitUser: never, admitPage: never, admitVisitor: never };
  const kit = createRouteKit(platform, guard, { of: never }, never);
  const cookie = createRefreshCookie(platform.settings);
  const routes = pagesRoutes({ kit, cookie, platform, providers: new Map() }).flatMap(
    (instance) => instance.routes,
  );
  return routes.filter(({ method }) => method === "POST").map(({ path }) => path);
}

test("the forms below, and those that take no field, are all there are", () => {
  const withoutFields = [
    "/account/passkeys/options",
    "/account/password/mail",
    "/account/sessions/revoke-all",
    "/sign-out",
  ];
  expect(postedPaths().toSorted()).toEqual(
    [...openForms, ...accountForms, ...withoutFields].toSorted(),
  );
});

async function postEverything(path: string, session: Record<string, string>): Promise<void> {
  const forms = values.map((value) => Object.fromEntries(fields.map((name) => [name, value])));
  for (const [index, form] of [{}, ...forms].entries()) {
    const headers = { ...navigation, ...session };
    const answer = await app.call("POST", path, { form, headers });
    const isPage = answer.status === 303 || answer.text.startsWith("<!doctype html>");
    expect([index, answer.status < 500, isPage]).toEqual([index, true, true]);
    expect(answer.text).not.toContain("<script>alert");
    expect(answer.headers.getSetCookie().join()).not.toContain("gatehouse_session=");
  }
}

// security 18, 104
describe("bad input in every field gets a page, and no session", () => {
  test.each(openForms)("at %s", async (path) => {
    await postEverything(path, {});
  });

  test.each(accountForms)("at %s", async (path) => {
    const { token } = await signUpInBrowser(app);
    await postEverything(path, browserHeaders(token));
  });
});

import { expect, test } from "bun:test";

import { accountRoutes } from "../../src/features/pages/account/account-routes.ts";
import { createRefreshCookie } from "../../src/platform/http/refresh-cookie.ts";
import { createRouteKit } from "../../src/platform/http/route-kit.ts";
import { browserHeaders, browserTokenOf, signInOnPage } from "../support/browser-session.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import { freshEmail, type SignedInUser, signUp } from "../support/journey.ts";
import { shownTo } from "../support/page-forms.ts";
import { newPasskey } from "../support/passkeys.ts";
import { newPassword } from "../support/password-reset.ts";
import { authenticatorApp, call2fa, useFrozenStep } from "../support/second-factor.ts";
import { freshProfile, linkTo } from "../support/social-login.ts";
import { askToLink } from "../support/social-sign-in.ts";
import { insertGrant } from "../support/grants.ts";
import { useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const app = useTestApp({ providers: [acme] });

useFrozenStep();

/** Who posts a form: a user with a session of the API beside that of the browser. */
type Poster = SignedInUser & { readonly headers: Record<string, string> };

/** A form that works when a page of our own posts it. */
type Form = (user: Poster) => Promise<Record<string, string>>;

async function idOf(query: string): Promise<string> {
  const [row] = await app.rows(query);
  return String(row?.["id"]);
}

/** Turns the second factor on in the browser, whose cookie changes by that, and gives a code that was not used. */
async function codeOf({ headers, password, userId }: Poster): Promise<string> {
  const post = (step: string, form: Record<string, string>) =>
    app.call("POST", `/account/second-factor/${step}`, {
      form: { ...shownTo(userId), ...form },
      headers,
    });
  const begun = await post("set-up", { password });
  const secret = /<p class="secret">([^<]*)</.exec(begun.text)?.[1] ?? "";
  const authenticator = authenticatorApp(secret.replaceAll(" ", ""));
  const enabled = await post("enable", { code: authenticator.code(-30) });
  Object.assign(headers, browserHeaders(browserTokenOf(enabled)));
  return authenticator.code();
}

/** Every form of the account page. */
const forms: Readonly<Record<string, Form>> = {
  "/account/profile": async () => ({ name: "Another name" }),
  "/account/email": async ({ password }) => ({ new_email: freshEmail(), password }),
  "/account/password": async ({ password }) => ({
    current_password: password,
    new_password: newPassword,
    new_password_confirmation: newPassword,
  }),
  "/account/password/mail": async () => ({}),
  "/account/second-factor/set-up": async ({ password }) => ({ password }),
  "/account/second-factor/enable": async ({ accessToken: bearer, password }) => {
    const { json } = await call2fa(app, "setup", { password }, { bearer });
    return { code: authenticatorApp(json.data.secret).code() };
  },
  "/account/second-factor/recovery-codes": async (user) => ({
    password: user.password,
    code: await codeOf(user),
  }),
  "/account/second-factor/disable": async (user) => ({
    password: user.password,
    code: await codeOf(user),
  }),
  "/account/devices/revoke": async ({ userId }) => ({ id: await trustedDevice(userId) }),
  "/account/applications/withdraw": async ({ userId }) => ({ id: await insertGrant(app, userId) }),
  "/account/passkeys": newCredential,
  "/account/passkeys/options": async () => ({}),
  "/account/passkeys/rename": async (user) => ({
    id: await ownPasskey(user),
    name: "Another name",
  }),
  "/account/passkeys/remove": async (user) => ({ id: await ownPasskey(user) }),
  "/account/providers/link": async () => ({ provider: "acme" }),
  "/account/providers/confirm": async ({ accessToken }) => {
    const { json } = await askToLink(app, accessToken, "acme");
    return { ticket: new URL(json.data.authorize_url).searchParams.get("ticket") ?? "" };
  },
  "/account/providers/unlink": async (user) => ({
    id: (await linkTo(app, user, freshProfile())).id,
  }),
  "/account/sessions/revoke": async ({ userId }) => ({
    id: await idOf(`select id from sessions where user_id = '${userId}' order by id limit 1`),
  }),
  "/account/sessions/revoke-all": async () => ({}),
  "/account/reauthenticate": async ({ password }) => ({ password, for: "passkeys" }),
  "/account/delete": async ({ password }) => ({ password, confirm: "yes" }),
};

async function newCredential({ headers }: Poster): Promise<Record<string, string>> {
  const options = await app.call("POST", "/account/passkeys/options", { headers });
  return { credential: JSON.stringify(newPasskey().create(options.json.data)) };
}

/** Adds a passkey in the browser, whose cookie changes by that. */
async function ownPasskey(user: Poster): Promise<string> {
  const { headers, userId } = user;
  const form = { ...shownTo(userId), ...(await newCredential(user)) };
  const added = await app.call("POST", "/account/passkeys", { form, headers });
  Object.assign(headers, browserHeaders(browserTokenOf(added)));
  return idOf(`select id from passkeys where user_id = '${userId}'`);
}

async function trustedDevice(userId: string): Promise<string> {
  const id = Bun.randomUUIDv7();
  await app.rows(
    `insert into trusted_devices (id, user_id, digest, credentials_version, created_at, expires_at)
     select '${id}', id, '${id}', credentials_version, now(), now() + interval '30 days' from users where id = '${userId}'`,
  );
  return id;
}

/** Everything that a form could change, and what was asked of the provider. */
async function everything(): Promise<string> {
  const tables = ["users", "identities", "passkeys", "passkey_challenges", "totp_factors"];
  tables.push("recovery_codes", "trusted_devices", "mail_challenges", "user_grants");
  const rows = await Promise.all([
    ...tables.map((name) => app.rows(`select * from ${name} order by 1, 2`)),
    // Jobs change other columns of these.
    app.rows("select id, action from audit_log order by id"),
    app.rows("select id, topic from outbox order by id"),
    app.rows(
      "select id, amr, ended_at, browser_token_hash, authenticated_at from sessions order by id",
    ),
  ]);
  return JSON.stringify([rows, acme.requests.length]);
}

async function openPoster(): Promise<Poster> {
  const user = await signUp(app);
  const headers = browserHeaders(browserTokenOf(await signInOnPage(app, user)));
  return { ...user, headers };
}

test("the table has every form of the account page", () => {
  const never = () => {
    throw new Error("these routes are not served");
  };
  const { platform } = app;
  const guard = { admitAnyone: never, admitUser: never, admitPage: never, admitVisitor: never };
  const kit = createRouteKit(platform, guard, { of: never }, never);
  const cookie = createRefreshCookie(platform.settings);
  const { routes } = accountRoutes({ kit, cookie, platform, providers: new Map() });
  const posted = routes.filter(({ method }) => method !== "GET");
  expect(posted.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
    Object.keys(forms)
      .map((path) => `POST ${path}`)
      .toSorted(),
  );
});

// Attack: a website posts each form in a browser that is signed in here.
// security 116, 119
test.each(Object.entries(forms))(
  "%s does nothing when another website posts it, and its work when our page does",
  async (path, prepare) => {
    const poster = await openPoster();
    const form = { ...shownTo(poster.userId), ...(await prepare(poster)) };
    const before = await everything();
    for (const foreign of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "cross-site", origin: "http://localhost:8000" },
      { origin: "https://evil.example" },
      { origin: "http://localhost:8001" },
      { origin: "http://localhost:8000.evil.example" },
    ]) {
      const headers = { ...poster.headers, ...foreign };
      const answer = await app.call("POST", path, { form, headers });
      expect([foreign, answer.status]).toEqual([foreign, 403]);
      expect(answer.headers.get("location")).toBeNull();
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    // Without the cookie nothing is done either, from wherever the form is posted.
    const anonymous = await app.call("POST", path, {
      form,
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(anonymous.status).toBe(403);
    expect(await everything()).toBe(before);

    const own = { ...poster.headers, "sec-fetch-site": "same-origin" };
    const answer = await app.call("POST", path, { form, headers: own });
    expect([path, answer.status === 200 || answer.status === 303]).toEqual([path, true]);
    expect(answer.headers.get("location") ?? "").not.toContain("/sign-in");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await everything()).not.toBe(before);
  },
);

// A form as text or JSON is a request that other sites may send without asking first (Fetch §2.2.2).
// security 116
test("the forms take no other kind of body", async () => {
  const { headers } = await openPoster();
  for (const path of Object.keys(forms)) {
    if (path === "/account/passkeys/options") continue;
    for (const type of ["text/plain", "application/json", "multipart/form-data; boundary=x"]) {
      const sent = { ...headers, "content-type": type, "sec-fetch-site": "same-origin" };
      const answer = await app.call("POST", path, { body: "name=x", headers: sent });
      expect([path, type, answer.status]).toEqual([path, type, 415]);
    }
  }
});

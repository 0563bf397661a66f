import { afterEach, beforeAll, describe, expect, setSystemTime, test } from "bun:test";

import { untilRequestsAreHandled } from "../support/background-work.ts";
import { browserHeaders, browserTokenOf, signInOnPage } from "../support/browser-session.ts";
import { introspect, registerClient, type TestClient } from "../support/clients.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import type { Answer } from "../support/http-call.ts";
import {
  freshEmail,
  goodPassword,
  logIn,
  mailTo,
  registerVerified,
  type SignedInUser,
  signUp,
} from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { type Operation, readOperations } from "../support/operations.ts";
import { deleteAccount, kindsOfMailTo } from "../support/own-account.ts";
import { openPage, press } from "../support/page-forms.ts";
import {
  addPasskey,
  askToSignIn,
  newPasskey,
  ownPasskeys,
  sendAssertion,
} from "../support/passkeys.ts";
import { askForReset, confirmReset } from "../support/password-reset.ts";
import { listedPosts, makePost, postsPath } from "../support/posts.ts";
import { appUri, codeFrom, exchange } from "../support/provider-journey.ts";
import { giveRoles, makeRole } from "../support/roles.ts";
import {
  askToAuthorize,
  authorizeQuery,
  callback,
  codeOf,
  redeem,
} from "../support/relying-party.ts";
import { refresh, refreshGrant, statusOfMe } from "../support/session-calls.ts";
import { call2fa, mfaTokenOf, signUpWithFactor } from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";
import { idsOf, outcomeOf, useAdmin } from "../support/user-administration.ts";
import { maskTimestamp, visibleResponse } from "../support/visible-response.ts";

const acme = createFakeProvider("acme");
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
const app = useTestApp({ providers: [acme], settings: { REDIRECT_URIS: appUri } });
const admin = useAdmin(app);
let client: TestClient;
/** A client without a browser, whose user enters a code elsewhere (RFC 8628). */
let device: TestClient;

beforeAll(async () => {
  client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
  const tokenEndpointAuthMethod = "none";
  device = await registerClient(app, {
    name: "Television",
    grantTypes: [deviceGrant],
    tokenEndpointAuthMethod,
  });
});

afterEach(() => {
  setSystemTime();
});

let names = 0;

/** All that could lead to an account: its names, and what was handed out for it. */
interface Traces {
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly browserToken: string;
  readonly clientAccess: string;
  readonly clientRefresh: string;
  readonly code: string;
  readonly deviceCode: string;
  readonly socialCode: string;
  readonly magicLink: { readonly token: string; readonly code: string };
  readonly resetToken: string;
  readonly passkey: ReturnType<typeof newPasskey>;
}

interface Account extends SignedInUser, Traces {
  /** The id of the user at the provider. */
  readonly subject: string;
  readonly posts: readonly number[];
}

/** A device that the user of a browser has allowed, and that has not asked yet. */
async function allowDevice(browserToken: string): Promise<string> {
  const form = { client_id: device.id, scope: "openid" };
  const { json } = await app.call("POST", "/oauth/device_authorization", { form });
  const headers = browserHeaders(browserToken);
  const page = await openPage(app, "/device", headers);
  const entered = { user_code: json.user_code };
  await press(app, await press(app, page, "Continue", { entered, headers }), "Allow", { headers });
  return json.device_code;
}

/** A user who has used every way in, and has something pending of each. */
async function makeAccount(): Promise<Account> {
  names += 1;
  const username = `walker-${names}`;
  const user = await signUp(app, { username });
  await giveRoles(app, user, [await makeRole(app, [])]);
  const { passkey } = await addPasskey(app, user.accessToken);
  const subject = Bun.randomUUIDv7();
  const browserToken = browserTokenOf(await signInOnPage(app, user));
  const scope = { scope: "openid offline_access" };
  const granted = await redeem(app, client, await codeOf(app, client.id, browserToken, scope));
  return {
    ...user,
    username,
    passkey,
    browserToken,
    subject,
    posts: [await makePost(app, user, { visibility: "public" }), await makePost(app, user)],
    clientAccess: granted.json.access_token,
    clientRefresh: granted.json.refresh_token,
    code: await codeOf(app, client.id, browserToken, scope),
    deviceCode: await allowDevice(browserToken),
    socialCode: await codeFrom(app, acme, { profile: { subject, email: user.email } }),
    magicLink: await askForMagicLink(app, user.email, 2),
    resetToken: await askForReset(app, user.email),
  };
}

/** The same of an account that never existed. */
function tracesOfNoOne(): Traces {
  return {
    email: freshEmail(),
    username: "no-user-of-this-name",
    password: goodPassword,
    accessToken: "a.b.c",
    refreshToken: "a.b.c",
    browserToken: "x".repeat(43),
    clientAccess: "a.b.c",
    clientRefresh: "a.b.c",
    code: "x".repeat(43),
    deviceCode: "x".repeat(43),
    socialCode: "x".repeat(43),
    magicLink: { token: "x".repeat(27), code: "000000" },
    resetToken: "x".repeat(27),
    passkey: newPasskey(),
  };
}

/** Every way by which an account is used without naming it to anyone but the service. */
const waysIn: Readonly<Record<string, (of: Traces) => Promise<Answer>>> = {
  "the access token": ({ accessToken: bearer }) => app.call("GET", "/api/v1/users/me", { bearer }),
  "forward authentication": ({ accessToken: bearer }) =>
    app.call("GET", "/api/v1/auth/forward", { bearer }),
  "the validation of the access token": ({ accessToken: token }) =>
    app.post("/api/v1/auth/validate-token", { token }),
  "the introspection of the access token": (of) => introspect(app, client, of.accessToken),
  "the introspection of the refresh token": (of) => introspect(app, client, of.clientRefresh),
  "userinfo with the client's access token": ({ clientAccess: bearer }) =>
    app.call("GET", "/oauth/userinfo", { bearer }),
  "forward authentication in the browser": ({ browserToken }) =>
    app.call("GET", "/api/v1/auth/forward", { headers: browserHeaders(browserToken) }),
  "the account page in the browser": ({ browserToken }) =>
    app.call("GET", "/account", { headers: browserHeaders(browserToken) }),
  "an authorization request in the browser": ({ browserToken }) =>
    askToAuthorize(app, authorizeQuery(client.id), browserToken),
  "an authorization request without a page": ({ browserToken }) =>
    askToAuthorize(app, authorizeQuery(client.id, { prompt: "none" }), browserToken),
  "the address and the password": ({ email, password }) => logIn(app, { email, password }),
  "the username and the password": ({ username, password }) =>
    app.post("/api/v1/auth/login", { username, password }),
  "the password grant": ({ email: username, password }) =>
    app.call("POST", "/oauth/token", { form: { grant_type: "password", username, password } }),
  "the code of an authorization": ({ code }) => redeem(app, client, code),
  "the code of a device": ({ deviceCode: device_code }) =>
    app.call("POST", "/oauth/token", {
      form: { grant_type: deviceGrant, client_id: device.id, device_code },
    }),
  "the refresh token of the client": ({ clientRefresh }) =>
    app.call("POST", "/oauth/token", {
      form: { grant_type: "refresh_token", refresh_token: clientRefresh },
      headers: { authorization: client.authorization },
    }),
  "the refresh token": ({ refreshToken }) => refresh(app, refreshToken),
  "the refresh token at the token endpoint": ({ refreshToken }) => refreshGrant(app, refreshToken),
  "the code of a sign-in at a provider": ({ socialCode }) => exchange(app, socialCode),
  "the passkey": async ({ passkey }) => {
    const options = await askToSignIn(app);
    return sendAssertion(app, { challenge_id: options.challenge_id, ...passkey.get(options) });
  },
  "the code of the magic link": ({ email, magicLink }) =>
    signInByMail(app, { email, code: magicLink.code }),
  "the magic link": ({ magicLink }) => signInByMail(app, { token: magicLink.token }),
  "the page of the magic link": ({ magicLink: { token } }) =>
    app.call("POST", "/magic-link", { form: { token } }),
  "the link to reset the password": ({ resetToken }) => confirmReset(app, resetToken),
};

const waysToGetMail: Readonly<Record<string, (email: string) => Promise<Answer>>> = {
  "a reset of the password": (email) => app.post("/api/v1/auth/password/reset", { email }),
  "a magic link": (email) => app.post("/api/v1/auth/magic-link", { email }),
  "another verification": (email) => app.post("/api/v1/auth/resend-verification", { email }),
};

/** A magic link works once: an existing user has used it by its code, which comes first. */
const usedByItsCode = ["the magic link", "the page of the magic link"];

/** The time at which an authorization request came, and its seal. */
const maskTime = (text: string) =>
  text.replace(/gatehouse_sign_in_since%3D\d+\.[\w-]+/, "gatehouse_sign_in_since%3D<now>");

/** What a client sees of each way in. */
async function responses(of: Traces): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const [way, attempt] of Object.entries(waysIn)) {
    seen[way] = maskTime(visibleResponse(await attempt(of), maskTimestamp));
  }
  return seen;
}

// Otherwise a way in that fails for every user would seem to be closed to deleted users.
test("every way in that is tried below is open to an existing user", async () => {
  const [active, none] = [await responses(await makeAccount()), await responses(tracesOfNoOne())];
  for (const way of Object.keys(waysIn).filter((each) => !usedByItsCode.includes(each))) {
    expect([way, active[way]]).toEqual([way, expect.stringMatching(/^\[(?:200|303),/)]);
    expect([way, active[way]]).not.toEqual([way, none[way]]);
  }
});

describe.each([
  [
    "by themselves",
    (user: Account) => deleteAccount(app, user.accessToken, { password: user.password }),
  ],
  ["by an administrator", ({ userId }: Account) => admin.users.remove(userId)],
] as const)("a user who was deleted %s", (_whom, remove) => {
  let gone: Account;

  beforeAll(async () => {
    gone = await makeAccount();
    await remove(gone);
  });

  // part of security 99
  test("gets in nowhere: each response is that for an account that never existed", async () => {
    expect(await responses(gone)).toEqual(await responses(tracesOfNoOne()));
  });

  test("is sent no mail, and the response does not show it", async () => {
    await untilRequestsAreHandled(app);
    const before = kindsOfMailTo(app, gone.email);
    const unknown = freshEmail();
    for (const [what, ask] of Object.entries(waysToGetMail)) {
      const seen: string[] = [];
      for (const email of [gone.email, unknown]) {
        seen.push(visibleResponse(await ask(email), maskTimestamp));
      }
      expect([what, seen[0]]).toEqual([what, expect.stringMatching(/^\[202,/)]);
      expect([what, seen[0]]).toEqual([what, seen[1]]);
    }
    await untilRequestsAreHandled(app);
    expect(kindsOfMailTo(app, gone.email)).toEqual(before);
  });

  // part of security 99
  test("is in no list but that of deleted users, and their public posts in none", async () => {
    for (const status of ["", "&status=active", "&status=disabled", "&status=unverified"]) {
      for (const q of ["", `&q=${gone.email}`, `&q=${gone.username}`]) {
        const listed = await admin.users.list(`limit=100${status}${q}`);
        expect([status, q, listed.status]).toEqual([status, q, 200]);
        expect([status, q, listed.text.includes(gone.userId)]).toEqual([status, q, false]);
      }
    }
    expect(idsOf(await admin.users.list(`q=${gone.email}&status=deleted`))).toEqual([gone.userId]);

    const listed = await listedPosts(app, admin.user, "&scope=public");
    const { accessToken: bearer } = admin.user;
    for (const id of gone.posts) {
      expect(listed).not.toContain(id);
      const post = await app.call("GET", `${postsPath}/${id}`, { bearer });
      const missing = await app.call("GET", `${postsPath}/999999`, { bearer });
      expect(visibleResponse(post, maskTimestamp)).toBe(visibleResponse(missing, maskTimestamp));
    }
  });

  // part of security 99
  test("is as unknown to every operation on a user as an id that never existed", async () => {
    const operations = await operationsOnUsers();
    expect(operations.length).toBeGreaterThan(5);
    for (const operation of operations) {
      const name = `${operation.method} ${operation.path}`;
      const [known, deleted, never] = [
        await callOn(operation, (await registerVerified(app)).userId),
        await callOn(operation, gone.userId),
        await callOn(operation, Bun.randomUUIDv7()),
      ];
      expect([name, outcomeOf(known)[1]]).not.toEqual([name, "USER_NOT_FOUND"]);
      expect([name, ...outcomeOf(deleted)]).toEqual([name, 404, "USER_NOT_FOUND"]);
      expect(visibleResponse(deleted, maskTimestamp)).toBe(visibleResponse(never, maskTimestamp));
    }
  });

  // security 99
  test("is nothing to the new user who registers with the address, who has another id", async () => {
    const { email } = gone;
    const password = "Another-good-one-1!";
    const mailed = kindsOfMailTo(app, email).length;
    const register = (json: object) => app.post("/api/v1/auth/register", { password, ...json });
    const registered = await register({ email });
    expect(registered.status).toBe(201);
    await app.post("/api/v1/auth/verify-email", {
      token: (await mailTo(app, email, mailed + 1)).token,
    });
    const { data } = (await logIn(app, { email, password })).json;
    const { user_id: newId, access_token: bearer } = data;
    expect(data.user.roles).toEqual(["user"]);
    expect(await app.rows(`select id from users where email = '${email}' order by id`)).toEqual([
      { id: gone.userId },
      { id: newId },
    ]);

    expect(await responses(gone)).toEqual(await responses(tracesOfNoOne()));
    expect(await statusOfMe(app, bearer)).toBe(200);
    for (const list of ["/api/v1/users/me/identities", "/api/v1/users/me/grants", ownPasskeys]) {
      const { json } = await app.call("GET", list, { bearer });
      expect([list, json.data.items]).toEqual([list, []]);
    }
    expect(await listedPosts(app, { accessToken: bearer })).toEqual([]);
    const { json } = await app.call("GET", "/api/v1/users/me/sessions", { bearer });
    expect(json.data.items).toHaveLength(1);

    const profile = { subject: gone.subject, email };
    const social = await exchange(app, await codeFrom(app, acme, { profile }));
    expect([social.status, social.json.data.user_id]).toEqual([200, newId]);

    // The username stays reserved for USERNAME_QUARANTINE (docs/accounts.md).
    const named = () => register({ email: freshEmail(), username: gone.username });
    expect(outcomeOf(await named())).toEqual([400, "DUPLICATE_USERNAME", "username"]);
    setSystemTime(Date.now() + 91 * 86_400_000);
    const successor = await named();
    expect(successor.status).toBe(201);
    expect([gone.userId, newId]).not.toContain(successor.json.data.user_id);
  });
});

/** The operations on a user by the id. A deleted user can be restored. */
async function operationsOnUsers(): Promise<Operation[]> {
  const { operations } = await readOperations(app);
  return operations.filter(
    ({ path }) => path.startsWith("/api/v1/users/{id}") && !path.endsWith("/restore"),
  );
}

const bodies: Readonly<Record<string, unknown>> = {
  PATCH: { name: "Another name" },
  PUT: { roles: ["user"] },
};

function callOn({ method, path }: Operation, id: string): Promise<Answer> {
  const json = bodies[method];
  const { accessToken: bearer } = admin.user;
  return app.call(method, path.replace("{id}", id), { bearer, ...(json ? { json } : {}) });
}

test("a sign-in that waits for the second factor ends with the account", async () => {
  const user = await signUpWithFactor(app);
  const verify = (mfa_token: string) =>
    call2fa(app, "verify", { mfa_token, code: user.authenticator.code() });
  const waiting = await mfaTokenOf(app, user);
  await admin.users.remove(user.userId);
  const [answer, unknown] = [await verify(waiting), await verify("a.b.c")];
  expect(answer.status).toBe(401);
  expect(visibleResponse(answer, maskTimestamp)).toBe(visibleResponse(unknown, maskTimestamp));
});

test("the verification of an address ends with the account", async () => {
  const email = freshEmail();
  const { json } = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const { token, code } = await mailTo(app, email);
  await admin.users.remove(json.data.user_id);
  for (const [path, deleted, never] of [
    ["verify-email", { token }, { token: "x".repeat(27) }],
    ["verify", { email, code }, { email: freshEmail(), code }],
  ] as const) {
    const [answer, unknown] = [
      await app.post(`/api/v1/auth/${path}`, deleted),
      await app.post(`/api/v1/auth/${path}`, never),
    ];
    expect([path, answer.status]).toEqual([path, 401]);
    expect(visibleResponse(answer, maskTimestamp)).toBe(visibleResponse(unknown, maskTimestamp));
  }
  await app.post("/api/v1/auth/resend-verification", { email });
  await untilRequestsAreHandled(app);
  expect(kindsOfMailTo(app, email)).toEqual(["verify-email"]);
});

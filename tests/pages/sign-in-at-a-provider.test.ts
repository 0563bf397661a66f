import { expect, setSystemTime, test } from "bun:test";

import { ProviderError } from "../../src/features/social-login/provider.ts";
import { browserTokenOf, sessionCookieOf, statusInBrowser } from "../support/browser-session.ts";
import { createFakeProvider, type FakeProvider } from "../support/fake-provider.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, registerVerified } from "../support/journey.ts";
import { headingOf, pathFrom, press } from "../support/page-forms.ts";
import { signUpWithFactor, useFrozenStep } from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

const google = createFakeProvider("google");
const apple = createFakeProvider("apple", { responseMode: "form_post" });
const target = "https://app.example.com/notes";
const app = useTestApp({
  providers: [google, apple],
  settings: { ALLOWED_ORIGINS: "https://app.example.com" },
});

useFrozenStep();

type Profile = Parameters<FakeProvider["approve"]>[1];

/** The cookies that a browser has after a response, beside those that it had. */
function cookiesAfter({ headers }: Answer, cookie = ""): string {
  const set = headers.getSetCookie().map((each) => each.split(";", 1)[0] ?? "");
  return [cookie, ...set].filter((each) => each !== "").join("; ");
}

/** Presses the provider's button: where the browser goes, and the cookies that it has. */
async function begin(provider: FakeProvider, returnTo = target) {
  const query = new URLSearchParams({ return_to: returnTo });
  const answer = await app.call("GET", `/sign-in/provider/${provider.name}?${query}`);
  expect(answer.status).toBe(303);
  return { location: headingOf(answer), cookie: cookiesAfter(answer) };
}

/** What the callback leads to, after the user agreed or after `sent`. */
async function comeBack(
  provider: FakeProvider,
  { cookie }: { readonly cookie: string },
  sent: Record<string, string>,
): Promise<Answer> {
  const path = `/api/v1/auth/oauth/${provider.name}/callback`;
  const answer =
    provider.responseMode === "form_post"
      ? await app.call("POST", path, { form: sent, headers: { cookie } })
      : await app.call("GET", `${path}?${new URLSearchParams(sent)}`, { headers: { cookie } });
  expect(answer.status).toBe(302);
  return answer;
}

/** Begins, agrees at the provider, and follows the callback to our page. */
async function signInAt(provider: FakeProvider, profile?: Profile) {
  const started = await begin(provider);
  const back = await comeBack(provider, started, provider.approve(started.location, profile));
  const path = pathFrom(headingOf(back));
  const headers = { cookie: cookiesAfter(back, started.cookie) };
  return { path, started, done: { ...(await app.call("GET", path, { headers })), path } };
}

test.each([google, apple])(
  "a sign-in at $name ends in a browser session, and shows no token",
  async (provider) => {
    const email = freshEmail();
    const { path, done } = await signInAt(provider, { email });
    expect(path).toStartWith(`/sign-in/provider/${provider.name}/done?code=`);
    expect([done.status, headingOf(done), done.text]).toEqual([303, target, ""]);
    expect(await statusInBrowser(app, browserTokenOf(done))).toBe(200);
  },
);

// Attack: a website leads its visitor to our page with a code of the attacker, to sign the visitor in to the attacker's account.
// security 73, 116
test("a code signs in only in the browser that began the sign-in", async () => {
  const attacker = await begin(google);
  const back = await comeBack(google, attacker, google.approve(attacker.location));
  const path = pathFrom(headingOf(back));
  const victim = await begin(google);
  for (const headers of [{}, { cookie: victim.cookie }] as const) {
    const answer = await app.call("GET", path, { headers: { ...headers } });
    expect([answer.status >= 400, headingOf(answer)]).toEqual([true, "Sign in"]);
    expect(sessionCookieOf(answer)).toBeNull();
    expect(answer.text).toContain("The sign-in took too long or was interrupted.");
  }
  const own = await app.call("GET", path, { headers: { cookie: attacker.cookie } });
  expect(own.status).toBe(303);
  const again = await app.call("GET", path, { headers: { cookie: attacker.cookie } });
  expect([again.status, sessionCookieOf(again)]).toEqual([401, null]);
});

// security 82
test("a user with a second factor is asked for it, and has no session before", async () => {
  const user = await signUpWithFactor(app);
  await app.rows(`update users set password_hash = null where id = '${user.userId}'`);
  const { done } = await signInAt(google, { email: user.email });
  expect([done.status, headingOf(done), sessionCookieOf(done)]).toEqual([
    200,
    "Two-factor authentication",
    null,
  ]);
  const entered = { code: user.authenticator.code() };
  const finished = await press(app, done, "Sign in", { entered });
  expect([finished.status, headingOf(finished)]).toEqual([303, target]);
});

test("every failure leads back to the page, which says what happened and keeps where the user wanted to go", async () => {
  const { email } = await registerVerified(app);
  const unavailable = () => new ProviderError("unavailable", "provider_down");
  for (const [status, sentence, fail] of [
    [403, "You cancelled the sign-in", { error: "access_denied" }],
    [503, "The provider is not available right now.", { error: "server_error" }],
    [400, "The sign-in took too long or was interrupted.", { error: "invalid_scope" }],
    [409, "There may already be an account", { profile: { email, emailVerified: false } }],
    [503, "The provider is not available right now.", { redeem: unavailable() }],
    [400, "The sign-in took too long or was interrupted.", { cookie: "" }],
    [400, "The sign-in took too long or was interrupted.", { minutes: 11 }],
  ] as const) {
    const started = await begin(google);
    const profile = "profile" in fail ? fail.profile : undefined;
    const approved = google.approve(started.location, profile);
    if ("redeem" in fail) google.failNext("redeem", fail.redeem);
    if ("minutes" in fail) setSystemTime(Date.now() + fail.minutes * 60_000);
    const sent =
      "error" in fail ? { error: fail.error, state: approved["state"] ?? "" } : { ...approved };
    const cookie = "cookie" in fail ? fail.cookie : started.cookie;
    const back = await comeBack(google, { cookie }, sent);
    const answer = await app.call("GET", pathFrom(headingOf(back)), { headers: { cookie } });
    expect([sentence, answer.status]).toEqual([sentence, status]);
    expect(answer.text).toContain(sentence);
    expect(answer.text).toContain(`name="return_to" value="${target}"`);
    if (status === 503) expect(answer.headers.get("retry-after")).not.toBeNull();
  }
});

test("a provider that is down or unknown has its sentence at once", async () => {
  google.failNext("authorize", new ProviderError("unavailable", "provider_down"));
  for (const [name, status, sentence] of [
    ["google", 503, "The provider is not available right now."],
    ["unknown", 404, "This provider is not available here."],
  ] as const) {
    const answer = await app.call("GET", `/sign-in/provider/${name}`);
    expect([answer.status, answer.text.includes(sentence)]).toEqual([status, true]);
    expect(answer.text).toContain('action="../../sign-in"');
  }
});

test("where registration is closed, a new user is told so, and no account is created", async () => {
  const closed = await app.replica({ REGISTRATION: "closed" });
  const email = freshEmail();
  const answer = await closed.call("GET", "/sign-in/provider/google");
  const approved = google.approve(headingOf(answer), { email });
  const callback = `/api/v1/auth/oauth/google/callback?${new URLSearchParams(approved)}`;
  const headers = { cookie: cookiesAfter(answer) };
  const back = await closed.call("GET", callback, { headers });
  const shown = await closed.call("GET", pathFrom(headingOf(back)), { headers });
  expect([shown.status, shown.text.includes("New accounts cannot be created")]).toEqual([
    403,
    true,
  ]);
  expect(await app.rows(`select id from users where email = '${email}'`)).toEqual([]);
});

// security 60, 65, 119
test("nothing of an address that anyone can write is shown, followed or acted on", async () => {
  const markup = "<script>alert(1)</script>";
  for (const query of [
    { error: markup, state: "https://evil.example/" },
    { error: "internal_error", state: "//evil.example" },
    { code: markup, state: "javascript:alert(1)" },
    {},
  ]) {
    const path = `/sign-in/provider/google/done?${new URLSearchParams(query)}`;
    const answer = await app.call("GET", path);
    expect([query, answer.status]).toEqual([query, 400]);
    expect(answer.text).not.toMatch(/alert\(1|evil|javascript:/);
  }
  const { path } = await signInAt(google);
  for (const head of [path, "/sign-in/provider/google"]) {
    expect((await app.call("HEAD", head)).status).toBe(405);
  }
});

test("our pages need no place in REDIRECT_URIS, each for its own provider", async () => {
  const start = (provider: string, page: string) => {
    const query = new URLSearchParams({ redirect_uri: `http://localhost:8000${page}` });
    return app.call("GET", `/api/v1/auth/oauth/${provider}?${query}`);
  };
  expect((await start("google", "/account")).status).toBe(302);
  for (const page of ["/sign-in", "/account/x", "/sign-in/provider/apple/done", "/sign-out"]) {
    expect([page, (await start("google", page)).status]).toEqual([page, 400]);
  }
});

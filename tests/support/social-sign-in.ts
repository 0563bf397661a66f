import { createHash } from "node:crypto";

import type { Answer } from "./http-call.ts";
import { createHttpBrowser, type HttpBrowser, type Page } from "./http-browser.ts";
import type { TestApp } from "./test-app.ts";

/** The origin that users reach the test application at; its server is elsewhere. */
const publicOrigin = "http://localhost:8000";

/** Where the application of a test takes the user back. */
export const appRedirect = "https://app.example.com/signed-in?from=gatehouse";

/** The callback of a provider at Gatehouse. */
export function callbackOf(provider: string): string {
  return `${publicOrigin}/api/v1/auth/oauth/${provider}/callback`;
}

/** The start of a sign-in at a provider, with the query of the application. */
export function startOf(provider: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `${publicOrigin}/api/v1/auth/oauth/${provider}${search === "" ? "" : `?${search}`}`;
}

/** A browser that reaches `app` at its public address, and stand-ins at those of the real providers. */
export function createSocialBrowser(
  app: () => Pick<TestApp, "url">,
  origins: Readonly<Record<string, string>> = {},
): HttpBrowser {
  return createHttpBrowser((origin) =>
    origin === publicOrigin ? app().url : (origins[origin] ?? origin),
  );
}

/** Starts a sign-in in a browser: the page is the provider's, the application's, or an error response. */
export function startSignIn(
  browser: HttpBrowser,
  provider: string,
  query: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const start = startOf(provider, { redirect_uri: appRedirect, ...query });
  return browser.open(start, { stopAt: appRedirect });
}

/** Fills the login page and the consent page of the certified provider, and comes back from it as far as the application. */
export async function signInAtOpenIdProvider(
  browser: HttpBrowser,
  loginPage: Page,
  login: string,
  stopAt = appRedirect,
): Promise<Page> {
  const fields = { login, password: "any" };
  const consent = await browser.submit(loginPage, fields, stopAt);
  return browser.submit(consent, {}, stopAt);
}

/** The address of the application to which a page redirects. Throws where it does not. */
export function redirectOf(page: Pick<Page, "status" | "headers" | "text">): URL {
  const location = page.headers.get("location");
  if (page.status !== 302 || location === null || !location.startsWith(appRedirect))
    throw new Error(`no redirect to the application: ${page.status} ${location} ${page.text}`);
  return new URL(location);
}

/** The one-time code with which the user came back to the application. */
export function codeOfRedirect(page: Page): string {
  return redirectOf(page).searchParams.get("code") ?? "";
}

/** Exchanges a one-time code for tokens, as the application does. */
export function exchange(
  app: Pick<TestApp, "post">,
  code: string,
  codeVerifier?: string,
): Promise<Answer> {
  const verifier = codeVerifier === undefined ? {} : { code_verifier: codeVerifier };
  return app.post("/api/v1/auth/oauth/exchange", { code, ...verifier });
}

/** The S256 challenge of a verifier (RFC 7636 §4.2). */
export function challengeOf(codeVerifier: string): string {
  return createHash("sha256").update(codeVerifier).digest("base64url");
}

/** The identities of the user of a token. */
export async function identitiesOf(
  app: Pick<TestApp, "call">,
  bearer: string,
): Promise<{ id: string; provider: string; email: string | null }[]> {
  const answer = await app.call("GET", "/api/v1/users/me/identities", { bearer });
  if (answer.status !== 200) throw new Error(`identities: ${answer.status} ${answer.text}`);
  return answer.json.data.items;
}

/** Starts linking a provider to the signed-in user; the response has the address to open. */
export function askToLink(
  app: Pick<TestApp, "call">,
  bearer: string,
  provider: string,
  json: unknown = {},
): Promise<Answer> {
  return app.call("POST", `/api/v1/users/me/identities/${provider}`, { bearer, json });
}

/** Removes an identity of the signed-in user. */
export function unlink(app: Pick<TestApp, "call">, bearer: string, id: string): Promise<Answer> {
  return app.call("DELETE", `/api/v1/users/me/identities/${id}`, { bearer });
}
